"""The feeds that run in the server."""
