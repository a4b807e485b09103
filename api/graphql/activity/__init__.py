"""All that happened to an account, whatever it was: one list over all kinds of events."""
