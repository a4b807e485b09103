"""In from markets: clients of the public API that send bars and quotes."""
