"""What each family of programs writes."""
