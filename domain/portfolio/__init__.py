"""What an account holds and is worth: positions, fills, trades, totals."""
