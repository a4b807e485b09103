"""What the desk does about each command."""
