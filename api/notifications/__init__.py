"""Out to people: what happens on the desk, told to whoever wants to know. Each way to them is one file, found by entry
point."""
