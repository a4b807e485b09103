"""Files of bars and signals that people have, read and checked whole."""
