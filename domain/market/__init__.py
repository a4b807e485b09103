"""What is known of a market: bars, quotes, last prices."""
