"""What does a typed cell show?  Number formats, dates, marks."""
