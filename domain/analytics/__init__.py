"""What the record says: statistics, eligibility, comparison with a backtest."""
