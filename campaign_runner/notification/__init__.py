"""What are people and other programs told, in which words, and how does it leave this machine?

`kinds` is the table of what is told to whom, `texts` are the words, `services` sends to people, `webhook` to programs,
`ping` tells a dead man's switch. Nothing here knows the ledger.
"""
