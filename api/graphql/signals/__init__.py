"""Signals: sent, previewed, cancelled, listed."""
