"""History decided again: backtests, exported sessions, retracted market data."""
