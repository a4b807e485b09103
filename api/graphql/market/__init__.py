"""Market data: bars, quotes, retractions."""
