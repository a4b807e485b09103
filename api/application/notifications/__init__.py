"""Who is told what happens on the desk: targets, messages to them, and how these are delivered."""
