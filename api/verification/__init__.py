"""What is stored, held against what the inputs alone give."""
