"""Signals, sides and costs: what is asked for, and what a fill costs."""
