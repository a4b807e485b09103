"""What a symbol's market moves on by: a bar or a quote (R6)."""

from domain.market.bar import Bar
from domain.market.quote import Quote

MarketUpdate = Bar | Quote
