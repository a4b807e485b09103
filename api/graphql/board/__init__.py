"""All accounts of the desk side by side."""
