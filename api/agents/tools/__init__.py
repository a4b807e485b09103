"""The tools of agents, one file a subject: what each is called with, what it asks the desk for, and what it answers."""
