"""Reports on sessions: statistics of trades and curve, eligibility, comparison with a backtest."""
