"""How are text files of values read?  Encodings, dialects, records."""
