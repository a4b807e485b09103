"""The one JSON form of what is stored, exported and read; ids and cursors."""
