"""Hooks: doors for alerts, and what became of what came."""
