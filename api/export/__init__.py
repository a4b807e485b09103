"""Trades, fills, equity and journal as files: CSV, JSON Lines or Parquet, in pages, however long the record is."""
