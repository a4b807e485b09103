"""A position managed by hand: half off at one R, the stop to the entry, and only if nobody has changed it meanwhile.

    pip install httpx
    python scale_out.py http://127.0.0.1:8000/graphql SIGNAL_ID

It amends with `ifCursor`: had somebody moved the stop since it looked, the desk would say so, and it would look again.
"""

import sys
import uuid
from decimal import Decimal
from typing import Any

import httpx

LOOK = """query ($id: UUID!) { account { cursor }
  position(signalId: $id) { side openQuantity quantity entryPrice stopLoss rMultiple } }"""
HALF = """mutation ($id: UUID!, $once: UUID!) { closePosition(input: { signalId: $id, id: $once, percent: "50" }) {
  position { openQuantity realizedPnl } errors { code message } } }"""
BREAK_EVEN = """mutation ($id: UUID!, $stop: Decimal!, $cursor: String!) {
  amendPosition(input: { signalId: $id, stopLoss: $stop, ifCursor: $cursor }) {
    position { stopLoss openRisk } errors { code message } } }"""


def ask(url: str, query: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer."""
    data: dict[str, Any] = (
        httpx.post(url, json={"query": query, "variables": variables}).raise_for_status().json()["data"]
    )
    return data


def tell(result: dict[str, Any], **fields: str) -> None:
    """Prints fields of the position under names of their own, or why the desk refused."""
    refusals = [error["message"] for error in result["errors"]]
    print(*(refusals or [f"{name} {result['position'][field]}" for name, field in fields.items()]))  # noqa: T201


def main(url: str, signal_id: str) -> None:
    position = ask(url, LOOK, id=signal_id)["position"]
    if position is None:
        print("no position of signal", signal_id)  # noqa: T201
        return
    if Decimal(position["rMultiple"] or 0) < 1:
        print("not yet at one R:", position["rMultiple"])  # noqa: T201
        return
    once = str(uuid.uuid5(uuid.UUID(signal_id), "half"))  # the same each time: half is taken off once
    half = ask(url, HALF, id=signal_id, once=once)["closePosition"]
    tell(half, open="openQuantity", realized="realizedPnl")
    while True:
        seen = ask(url, LOOK, id=signal_id)
        amended = ask(
            url, BREAK_EVEN, id=signal_id, stop=seen["position"]["entryPrice"], cursor=seen["account"]["cursor"]
        )["amendPosition"]
        if [error["code"] for error in amended["errors"]] != ["CHANGED_MEANWHILE"]:
            tell(amended, stop="stopLoss", risk="openRisk")
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
