"""Backtests: the desk's own engine in process, over what was applied to a session or over bare files (R40)."""
