"""Positions: listed, closed, followed."""
