"""Rows and SQL: the only place that knows how the desk is stored."""
