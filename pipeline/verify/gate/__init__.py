"""The gate: does a PDF conform to PDF/UA and PDF/A? Asked of the file alone, of any file, by reading it back.

- `opened`: the file as qpdf and XML readers see it, with the bytes that they pass over; `values`: what it gives
- `painted` (`canvas`): what its pages paint: text, fonts, colours, marked content
- `elements`: its structure tree
- `typefaces`, `programs`, `cmaps`: its fonts and the programs in them
- `clauses`: what a rule is, and the list of all; `rules`: our codes for them
- `checks_*`: the rules, by family
- `parts` (`division`, `written`, `trees`, `renaming`): a file of our own divided into chapters; `holding`: those that
  are known to be sound
- `examine`: all rules on one file, a few chapters at a time when it is long; `apart`: the same as a program of its own,
  with bounded memory, for files of strangers; `verapdf`: an independent checker, where it is installed
"""
