"""What do the books look like to finance?  Lines, journal, corrections, statements."""
