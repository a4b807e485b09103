"""Symbols that can be none (R6) are refused where they are asked for, as they are where they are sent."""

import json

import pytest

from tests.api.desk import Trader
from tests.api.test_bad_input import BAD_SYMBOLS

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUERIES = [
    "query Q($of: [String!]) { positions(filter: { symbols: $of }) { totalCount } }",
    "query Q($of: [String!]) { signals(filter: { symbols: $of }) { totalCount } }",
    "query Q($of: [String!]) { trades(filter: { symbols: $of }) { totalCount } }",
    'query Q($of: [String!]) { report(account: "nobody", filter: { symbols: $of }) { from } }',
    "query Q($of: [String!]) { quotes(symbols: $of) { price } }",
]
STREAMS = [
    "subscription S($of: [String!]) { positionEvents(symbols: $of) { cursor } }",
    "subscription S($of: [String!]) { quoteEvents(symbols: $of) { price } }",
]


def field_of(document: str) -> str:
    return document.split("{ ")[1].split("(")[0]


@pytest.mark.parametrize("query", QUERIES, ids=field_of)
@pytest.mark.parametrize(("symbol", "message"), BAD_SYMBOLS, ids=lambda value: repr(value)[:20])
async def test_r6_a_filter_by_what_can_be_no_symbol_is_refused(
    trader: Trader, query: str, symbol: str, message: str
) -> None:
    error = await trader.client.error(query, of=[trader.symbol, symbol])
    assert error == ("BAD_USER_INPUT", message)


@pytest.mark.parametrize(("symbol", "message"), BAD_SYMBOLS, ids=lambda value: repr(value)[:20])
async def test_r6_bars_of_what_can_be_no_symbol_are_refused(trader: Trader, symbol: str, message: str) -> None:
    query = "query Q($of: String!) { bars(symbol: $of) { totalCount } }"
    assert await trader.client.error(query, of=symbol) == ("BAD_USER_INPUT", message)


@pytest.mark.parametrize("stream", STREAMS, ids=field_of)
async def test_r6_what_can_be_no_symbol_is_not_followed(trader: Trader, stream: str) -> None:
    symbol, message = "aapl", dict(BAD_SYMBOLS)["aapl"]
    body = {"query": stream, "variables": {"of": [trader.symbol, symbol]}}
    answer = await trader.client.http.post("/graphql", json=body, headers={"accept": "text/event-stream"})
    [data] = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    [error] = json.loads(data)["errors"]
    assert (error["extensions"], error["message"]) == ({"code": "BAD_USER_INPUT"}, message)
