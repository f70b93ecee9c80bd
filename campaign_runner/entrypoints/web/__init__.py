"""How do people and programs use it over the network?  Pages and a JSON API over `app`, nothing else: no rule, no SQL.

`routes` is the table of everything there is, with who may. `application` puts it together, `server` runs it.
"""
