"""Commands come in here whatever the door, and answers are read here."""
