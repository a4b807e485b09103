"""How programs write bars: one declarative module a family, and what recognises them."""
