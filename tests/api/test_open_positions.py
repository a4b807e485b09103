"""What is open is listed out of memory as it is out of rows."""

from typing import Any

import pytest

from tests.api.desk import DAY, OPENING, Client, Json, Trader, desk_on, instant, newcomer

QUERY = """query Open($account: String!, $first: Int!, $after: String, $filter: PositionFilter) {
  positions(account: $account, filter: $filter, first: $first, after: $after) {
    edges { cursor node { id symbol openQuantity lastPrice unrealizedPnl } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }"""


async def pages(client: Client, account: str, first: int, **criteria: Any) -> list[Json]:
    """The pages of what is open, as far as there are any."""
    found: list[Json] = []
    after = None
    while True:
        asked = {"account": account, "first": first, "after": after, "filter": {"open": True, **criteria}}
        page: Json = (await client.ask(QUERY, **asked))["positions"]
        found.append(page)
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def same_as_out_of_rows(client: Client, trader: Trader, number: int) -> None:
    """Pages of each size, and how many positions there are in all."""
    for first in (1, 2, 3, 100):
        held = await pages(client, trader.account, first)
        assert held == await pages(client, trader.account, first, symbols=[trader.symbol, "OTHER"])
        assert sum(len(page["edges"]) for page in held) == number
        assert {page["totalCount"] for page in held} == {number}


async def test_what_is_open_is_listed_out_of_memory_as_it_is_out_of_rows(database_url: str) -> None:
    async with desk_on(database_url) as client:
        trader = await newcomer(client)
        await same_as_out_of_rows(client, trader, 0)
        for number in range(4):
            await trader.a_long(quantity=str(number + 1))
            await trader.send(symbol="OTHER", marketPrice="100", quantity="1", stopLoss="97")
        await same_as_out_of_rows(client, trader, 8)
        await trader.see(trader.a_bar(OPENING, "99", "101"))
        first = (await trader.list("positions", filter={"open": True}))[-1]
        await trader.do("closePosition", positionId=first["id"], timestamp=instant(OPENING + DAY))
        await same_as_out_of_rows(client, trader, 7)
    async with desk_on(database_url) as client:
        trader = Trader(client, trader.account, trader.symbol)
        await same_as_out_of_rows(client, trader, 7)
        await trader.a_long(timestamp=instant(OPENING + DAY), marketPrice=None)
        await same_as_out_of_rows(client, trader, 8)


@pytest.mark.parametrize("after", ["", "x"])
async def test_a_cursor_that_is_none_is_refused_there_too(sqlite_url: str, after: str) -> None:
    async with desk_on(sqlite_url) as client:
        trader = await newcomer(client)
        asked = {"account": trader.account, "first": 5, "after": after, "filter": {"open": True}}
        assert (await client.error(QUERY, **asked))[0] == "BAD_USER_INPUT"
