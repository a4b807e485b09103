"""A moving-average crossover: long while the fast mean of closes lies above the slow one. It has no target and no stop.

    pip install httpx && python crossover.py http://127.0.0.1:8000/graphql

Decided from the desk's bars and positions, with ids that follow from the bar, it may be stopped and started at will.
"""

import sys
import time
import uuid
from decimal import Decimal
from typing import Any

import httpx

ACCOUNT, SYMBOL, QUANTITY, FAST, SLOW = "crossover", "ACME", "100", 3, 5
ENABLE = """mutation ($account: String!) { enable(input: { account: $account, settings: {
  maxTradeRiskPercent: "100", maxHeatPercent: "100" } }) { errors { message } } }"""
LOOK = """query ($account: String!, $symbol: String!, $count: Int!) {
  bars(symbol: $symbol, first: $count) { nodes { end close } }
  positions(account: $account, filter: { open: true }) { nodes { signalId } }
}"""
BUY = "mutation ($input: ExecuteSignalInput!) { done: executeSignal(input: $input) { errors { message } } }"
SELL = "mutation ($input: ClosePositionInput!) { done: closePosition(input: $input) { errors { message } } }"


def ask(url: str, query: str, **variables: Any) -> dict[str, Any]:
    """The answer, asked for until there is one: each order has an id, so that it is harmless to repeat."""
    while True:
        try:
            answer = httpx.post(url, json={"query": query, "variables": variables}, timeout=30)
            if answer.status_code < 500:
                return dict(answer.raise_for_status().json()["data"])
        except httpx.TransportError:
            pass  # the server is away; it may be back in a moment
        time.sleep(0.2)


def trade(url: str, decided: str) -> str:
    seen = ask(url, LOOK, account=ACCOUNT, symbol=SYMBOL, count=SLOW)
    bars, held = (seen["bars"] or {"nodes": []})["nodes"], seen["positions"]["nodes"]
    closes = [Decimal(bar["close"]) for bar in bars]
    is_up = sum(closes[:FAST]) / FAST > sum(closes) / SLOW
    if len(bars) < SLOW or is_up == bool(held) or (end := bars[0]["end"]) == decided:
        return decided
    bought = ("bought", BUY, {"symbol": SYMBOL, "side": "LONG", "quantity": QUANTITY})
    word, query, order = bought if is_up else ("sold", SELL, {"signalId": held[0]["signalId"]})
    once = {"account": ACCOUNT, "timestamp": end, "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{ACCOUNT} {end}"))}
    errors = ask(url, query, input={**once, **order})["done"]["errors"]
    print(f"refused, {errors[0]['message']}:" if errors else word, "at the close of", end, flush=True)  # noqa: T201
    return str(end)


if __name__ == "__main__":
    ask(sys.argv[1], ENABLE, account=ACCOUNT)
    last = ""
    while True:
        last = trade(sys.argv[1], last)
        time.sleep(0.2)
