"""Where do the files of an inbox come from, and what becomes of each?  Folders here and elsewhere, OpenPGP, timetables."""
