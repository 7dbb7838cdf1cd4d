"""How fast the press is, beside the plain pipeline and other tools, on reports of any length."""
