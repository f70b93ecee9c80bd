"""Who are the people and programs, and what may they see and do?  Accounts, sessions, tokens, single sign-on, sharing."""
