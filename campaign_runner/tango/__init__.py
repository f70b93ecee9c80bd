"""The only place with HTTP: the client, the table of answers, and Tango's words."""
