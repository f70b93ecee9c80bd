"""What does the spreadsheet say?  A file of any kind becomes one `RawTable` of text; what it means is for validation.

Add a format: one file with a function `path, sheet -> Grid`, one line in `formats.py`, and its first
bytes in `kinds.py`.
"""

from campaign_runner.intake.reading import read

__all__ = ["read"]
