"""The writers: one resolved document in, files out. No writer reads what another has written."""
