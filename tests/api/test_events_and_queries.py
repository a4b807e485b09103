"""An event shows what a query returned at its cursor, but for the mark."""

import json
from contextlib import aclosing

import pytest

from api.authorization.principal import OPERATOR
from api.graphql.context import Context
from api.graphql.execution.requests import read_request
from api.graphql.schema import make_operations
from tests.api.desk import DAY, OPENING, Client, Json, Trader, everything, instant

pytestmark = pytest.mark.asyncio(loop_scope="module")

STREAMS = {"positionEvents": "position", "tradeEvents": "trade", "signalEvents": "signal"}
NOT_OF_THE_JOURNAL = {"lastPrice", "lastPriceTime", "unrealizedPnl", "excursion"}


def recorded(thing: Json) -> Json:
    """What of a position, trade or signal the journal holds."""
    return {name: value for name, value in thing.items() if name not in NOT_OF_THE_JOURNAL}


async def queried(trader: Trader) -> tuple[str, dict[str, Json]]:
    """The account's cursor, and the nodes of its lists at it, by id."""
    lists = [await trader.list(f"{what}s") for what in STREAMS.values()]
    return (await trader.totals())["cursor"], {node["id"]: recorded(node) for nodes in lists for node in nodes}


async def streamed(client: Client, stream: str, account: str, after: str, until: str) -> list[tuple[str, Json]]:
    """The events of a subscription after a cursor, up to another, each with its cursor."""
    what = STREAMS[stream]
    query = (
        "subscription S($account: String!, $after: String) "
        f"{{ {stream}(account: $account, after: $after) {{ cursor {what} {{ {everything(what.capitalize())} }} }} }}"
    )
    operations = make_operations()
    operation = operations.prepare(read_request({"query": query, "variables": {"account": account, "after": after}}))
    events: list[tuple[str, Json]] = []
    async with aclosing(await operations.subscribe(operation, Context(client.desk.services, OPERATOR))) as messages:
        async for text in messages:
            event = json.loads(text)["data"][stream]
            events.append((event["cursor"], recorded(event[what])))
            if event["cursor"] >= until:
                return events
    return events


async def test_an_event_equals_what_the_query_returned_at_its_cursor(trader: Trader) -> None:
    """Opened, reduced with its stop moved, refused, waiting, cancelled, closed: each is the last event of a command."""
    after, _ = await queried(trader)
    queried_at: dict[str, dict[str, Json]] = {}

    async def note() -> str:
        cursor, things = await queried(trader)
        queried_at[cursor] = things
        return cursor

    position = await trader.a_long(target2="108", breakEvenAfterTarget1=True)
    opened = await note()
    await trader.see(trader.a_bar(OPENING, "100", "104", close="103"))
    moved = await note()
    await trader.send(stopLoss="120")
    refused = await note()
    waiting = {"entry": "LIMIT", "entryPrice": "99", "marketPrice": None, "timestamp": instant(OPENING + DAY)}
    signal = (await trader.send(**waiting))["signal"]
    works = await note()
    await trader.do("cancelSignal", signalId=signal["signalId"])
    cancelled = await note()
    await trader.do("closePosition", positionId=position["id"])
    closed = await note()

    ends = {"positionEvents": moved, "tradeEvents": closed, "signalEvents": cancelled}
    events = [
        event for name, end in ends.items() for event in await streamed(trader.client, name, trader.account, after, end)
    ]
    compared = [(cursor, thing) for cursor, thing in events if cursor in queried_at]
    assert sorted(cursor for cursor, _ in compared) == [opened, moved, refused, works, cancelled, closed]
    assert [thing for _, thing in compared] == [queried_at[cursor][thing["id"]] for cursor, thing in compared]
