"""What a session's record says, and the backtests it is compared with."""
