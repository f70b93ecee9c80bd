"""How do people and programs get in?  Arguments in, answers out; they call `app` alone."""
