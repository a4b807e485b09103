"""Round trips and their fills."""
