"""Who is told of what happened, and how?  Facts of events, audiences, one message at a time."""
