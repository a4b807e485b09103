"""A server on which somebody trades, and what it then counts."""

from tests.processes import Server

ENABLE = "mutation { enable { errors { code } } }"
QUOTE = """mutation($price: Decimal!) { ingestQuotes(input: { quotes: [
  { symbol: "ACME", time: "2024-03-04T15:00:00Z", price: $price }] }) { applied } }"""
SIGNAL = """mutation { executeSignal(input: { symbol: "ACME", side: LONG, stopLoss: "90", target1: "120",
  quantity: "1" }) { errors { code } } }"""
COUNTS = "{ account { equity openPositions } signals { totalCount } }"


def trade(server: Server) -> None:
    server.query(ENABLE)
    server.query(QUOTE, price="100")
    for _ in range(5):
        server.query(SIGNAL)
