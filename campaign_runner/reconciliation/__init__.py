"""What became of every row, and do the books close?  The file, the ledger and Tango's answers, brought together.

Every row of the upload has exactly one status. The counts of the statuses must add up to the rows of the file, and
their money to what the file asked for; whatever does not, or needs a person, is a finding.
"""
