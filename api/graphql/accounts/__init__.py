"""Accounts, their sessions and settings."""
