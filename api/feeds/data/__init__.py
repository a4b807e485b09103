"""The demo's market: real daily bars of four symbols, 2005-03-01 to 2013-03-01 (README.md says whose)."""
