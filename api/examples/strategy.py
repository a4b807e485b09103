"""A strategy in Python: it sends a signal that is safe to repeat, and follows it until the round trip is complete.

    pip install "gql[httpx,websockets]"
    python strategy.py http://127.0.0.1:8000/graphql

The desk must know a price of ACME. Stop the server meanwhile and start it again: nothing is missed, nothing is doubled.
"""

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

ACCOUNT = "python"
SIGNAL_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{ACCOUNT}/ACME/1"))
SIGNAL = {
    "account": ACCOUNT,
    "id": SIGNAL_ID,  # the same signal has the same id, however often it is sent
    "symbol": "ACME",
    "side": "LONG",
    "stopLoss": "95",
    "target1": "105",
    "target2": "112",
    "riskPercent": "1",
}

ENABLE = "mutation ($account: String!) { enable(input: { account: $account }) { account { cursor } } }"
EXECUTE = """mutation ($input: ExecuteSignalInput!) {
  executeSignal(input: $input) { replayed signal { status } position { isOpen } errors { message } }
}"""
EVENTS = """subscription ($account: String!, $after: String) {
  positionEvents(account: $account, after: $after) {
    cursor kind position { signalId symbol openQuantity realizedPnl } fill { reason price }
  }
}"""
PAUSE = 0.5


async def ask(url: str, document: str, **variables: Any) -> dict[str, Any]:
    """The answer, asked for until there is one: what is asked here is harmless to repeat."""
    while True:
        try:
            async with Client(transport=HTTPXAsyncTransport(url, timeout=30)) as session:
                data: dict[str, Any] = await session.execute(GraphQLRequest(document, variable_values=variables))
                return data
        except TransportQueryError as problem:
            if (problem.errors or [{}])[0].get("extensions", {}).get("code") != "UNAVAILABLE":
                raise
        except (TransportError, httpx.TransportError):
            pass  # the server is away; it may be back in a moment
        await asyncio.sleep(PAUSE)


async def follow(url: str, after: str) -> AsyncIterator[dict[str, Any]]:
    """Every event of the account's positions after a cursor, once, over as many connections as it takes."""
    while True:
        socket = WebsocketsTransport(url.replace("http", "ws", 1), ping_interval=5, pong_timeout=5)
        try:
            async with Client(transport=socket) as session:
                request = GraphQLRequest(EVENTS, variable_values={"account": ACCOUNT, "after": after})
                async for answer in session.subscribe(request):
                    event = answer["positionEvents"]
                    if event["kind"] == "UPDATED":
                        continue  # only a new mark
                    after = event["cursor"]
                    yield event
        except TransportQueryError:
            raise
        except (TransportError, OSError):
            await asyncio.sleep(PAUSE)


async def main(url: str) -> None:
    account = (await ask(url, ENABLE, account=ACCOUNT))["enable"]["account"]
    answer = (await ask(url, EXECUTE, input=SIGNAL))["executeSignal"]
    again = ", as before" if answer["replayed"] else ""
    print(f"{answer['signal']['status']}{again}", *(error["message"] for error in answer["errors"]), flush=True)  # noqa: T201
    if answer["position"] is None or not answer["position"]["isOpen"]:
        return
    async for event in follow(url, account["cursor"]):
        position, fill = event["position"], event["fill"] or {}
        print(event["kind"], position["symbol"], position["openQuantity"], fill.get("price", ""), flush=True)  # noqa: T201
        if event["kind"] == "CLOSED" and position["signalId"] == SIGNAL_ID:
            print(f"realized {position['realizedPnl']}", flush=True)  # noqa: T201
            return


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/graphql"))
