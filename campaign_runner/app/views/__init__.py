"""How does everything stand?  Plain values for pages, API and terminal, asked of the ledger a page at a time."""
