"""Last prices as a stream: those of now first, then each that changes, the newest in place of what was not read."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from api.authorization.principal import OPERATOR, Principal
from api.errors import Forbidden
from api.graphql.context import Context
from api.graphql.execution.operations import Operations
from api.graphql.execution.requests import read_request
from api.graphql.execution.subscriptions import Subscription
from api.graphql.schema import make_operations
from tests.api.desk import OPENING, Client, Trader, instant, newcomer
from tests.processes import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOLLOW = "subscription Follow($symbols: [String!]) { quoteEvents(symbols: $symbols) { symbol time price } }"
PATIENCE_SECONDS = 30
MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def following(client: Client, *symbols: str) -> AsyncIterator[Subscription]:
    operations = make_operations()
    prepared = operations.prepare(read_request({"query": FOLLOW, "variables": {"symbols": list(symbols)}}))
    assert operations._compiled(prepared) is not None
    async with aclosing(await subscribed(operations, prepared, client)) as subscription:
        yield subscription


async def subscribed(operations: Operations, prepared: Any, client: Client) -> Subscription:
    return await operations.subscribe(prepared, Context(client.desk.services, OPERATOR))


async def read(subscription: Subscription) -> tuple[str, str]:
    """The symbol and the price of the next event."""
    event = json.loads(await asyncio.wait_for(anext(subscription), PATIENCE_SECONDS))["data"]["quoteEvents"]
    return event["symbol"], event["price"]


async def quoted(trader: Trader, minute: int, price: str) -> None:
    """A quote, once the tail has seen it."""
    await trader.quote(OPENING + minute * MINUTE, price)
    quotes = trader.client.desk.services.streams._hub.quotes
    await until(lambda: trader.symbol in quotes.last and str(quotes.last[trader.symbol].mark.price) == price)


async def test_it_begins_with_the_last_prices_and_follows_quotes_and_closes(trader: Trader) -> None:
    await quoted(trader, 0, "100")
    async with following(trader.client, trader.symbol) as subscription:
        assert await read(subscription) == (trader.symbol, "100")
        coming = asyncio.ensure_future(read(subscription))
        await quoted(trader, 1, "101.5")
        assert await coming == (trader.symbol, "101.5")
        coming = asyncio.ensure_future(read(subscription))
        await trader.see(trader.a_bar(OPENING + 2 * MINUTE, "99", "102", close="102"))
        assert await coming == (trader.symbol, "102")


async def test_of_what_was_not_read_the_newest_of_each_symbol_is_told(trader: Trader) -> None:
    other = await newcomer(trader.client)
    await quoted(trader, 0, "100")
    await quoted(other, 0, "50")
    async with following(trader.client, trader.symbol, other.symbol) as subscription:
        seen = {await read(subscription), await read(subscription)}
        assert seen == {(trader.symbol, "100"), (other.symbol, "50")}
        for minute, price in ((1, "101"), (2, "102"), (3, "103")):
            await quoted(trader, minute, price)
            await quoted(other, minute, f"5{minute}")
        assert [await read(subscription), await read(subscription)] == [(trader.symbol, "103"), (other.symbol, "53")]


async def test_only_the_symbols_asked_for_are_told(trader: Trader) -> None:
    other = await newcomer(trader.client)
    await quoted(other, 0, "50")
    async with following(trader.client, trader.symbol) as subscription:
        coming = asyncio.ensure_future(read(subscription))
        await quoted(other, 1, "51")
        await quoted(trader, 0, "100")
        assert await coming == (trader.symbol, "100")


async def test_a_price_that_is_retracted_gives_way_to_the_one_before(trader: Trader) -> None:
    await quoted(trader, 0, "100")
    await quoted(trader, 1, "999")
    async with following(trader.client, trader.symbol) as subscription:
        assert await read(subscription) == (trader.symbol, "999")
        since = instant(OPENING + MINUTE)
        await trader.client.do("retractMarketData", symbol=trader.symbol, **{"from": since})
        assert await read(subscription) == (trader.symbol, "100")


async def test_a_price_is_rendered_once_for_all_who_ask_the_same(trader: Trader) -> None:
    await quoted(trader, 0, "100")
    known = trader.client.desk.services.streams._hub.quotes.last[trader.symbol]
    async with following(trader.client, trader.symbol) as one, following(trader.client, trader.symbol) as another:
        texts = [await anext(one), await anext(another)]
    assert texts[0] is texts[1]
    assert len(known.memo) == 1


async def test_who_has_gone_is_followed_by_nothing(trader: Trader) -> None:
    streams = trader.client.desk.services.streams
    before = len(streams)
    await quoted(trader, 0, "100")
    async with following(trader.client, trader.symbol) as subscription:
        await read(subscription)
        assert len(streams) == before + 1
    assert len(streams) == before


async def test_who_may_not_read_is_told_no_price(trader: Trader) -> None:
    with pytest.raises(Forbidden):
        trader.client.desk.services.streams.quotes(Principal("nobody", frozenset()), None)
