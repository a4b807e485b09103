"""Where market data meets an order: at which price it fills, gaps at the open, and what is ambiguous inside a bar."""
