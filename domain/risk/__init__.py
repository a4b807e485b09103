"""How large a position may be, and which limits hold."""
