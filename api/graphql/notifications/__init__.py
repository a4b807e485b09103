"""Notifications: who is told what happens on the desk."""
