"""Pages by keyset: in order, without a repeat or a gap, whatever comes in meanwhile; and cursors that are refused."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from api.codec.cursors import CursorScope, Listing
from tests.api.desk import OPENING, Json, Trader, newcomer

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANY = 160
LISTS = ["positions", "trades", "signals", "sessions"]
NOT_OURS = "`after` is not a cursor of this desk: take it from pageInfo.endCursor or an edge"
OF_ANOTHER = "`after` is a cursor of another list, account or session"


async def many_trades(trader: Trader) -> None:
    """Positions of one share each, sent at once, and stopped out by one bar."""
    send = "mutation Send($input: ExecuteSignalInput!) { executeSignal(input: $input) { errors { code } } }"
    signals = [trader.a_signal(quantity="1") for _ in range(MANY)]
    answers = await asyncio.gather(*(trader.client.ask(send, input=signal) for signal in signals))
    assert answers == [{"executeSignal": {"errors": []}}] * MANY
    assert (await trader.see(trader.a_bar(OPENING, "97", "99")))["fills"] == MANY


async def pages(trader: Trader, what: str, first: int, between: Callable[[], Awaitable[None]] | None) -> list[Json]:
    """The pages of a whole list; `between` two of them something may happen."""
    query = f"""query Pages($of: String!, $first: Int!, $after: String) {{
      {what}(account: $of, first: $first, after: $after) {{
        edges {{ cursor node {{ id }} }} nodes {{ id }} totalCount
        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
      }}
    }}"""
    fetched: list[Json] = []
    after: str | None = None
    while not fetched or fetched[-1]["pageInfo"]["hasNextPage"]:
        if fetched and between is not None:
            await between()
        page = (await trader.client.ask(query, of=trader.account, first=first, after=after))[what]
        fetched.append(page)
        after = page["pageInfo"]["endCursor"]
    return fetched


def ids(fetched: list[Json]) -> list[str]:
    return [node["id"] for page in fetched for node in page["nodes"]]


async def test_pages_hold_each_row_once_and_in_order_while_new_ones_come_in(trader: Trader) -> None:
    async def a_trade_more() -> None:
        position = (await trader.send(quantity="1", timestamp="2024-02-01T00:00:00Z"))["position"]
        await trader.do("closePosition", positionId=position["id"])

    await many_trades(trader)
    for what, first in (("positions", 100), ("trades", 35), ("signals", 60)):
        before = ids(await pages(trader, what, 77, None))
        fetched = await pages(trader, what, first, a_trade_more)
        assert ids(fetched) == before
        assert [page["totalCount"] for page in fetched] == list(range(len(before), len(before) + len(fetched)))
        assert [len(page["nodes"]) for page in fetched[:-1]] == [first] * (len(fetched) - 1)
        assert len(set(before)) == len(before) >= MANY


async def test_a_page_says_whether_others_precede_and_follow_it(trader: Trader) -> None:
    for _ in range(3):
        await trader.send(quantity="1")
    first, last = await pages(trader, "positions", 2, None)
    for page in (first, last):
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
    neighbours = [(page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]) for page in (first, last)]
    assert neighbours == [(False, True), (True, False)]


async def test_signals_are_listed_in_the_order_they_were_decided_in_not_in_that_of_market_time(trader: Trader) -> None:
    for days in (0, -2, -1):
        await trader.send(quantity="1", timestamp=(OPENING + timedelta(days=days)).isoformat())
    stamps = [node["timestamp"][:10] for node in await trader.list("signals")]
    assert stamps == ["2024-01-01", "2023-12-31", "2024-01-02"]


async def test_accounts_and_sessions_come_in_pages_too(trader: Trader) -> None:
    names = [(await newcomer(trader.client)).account for _ in range(5)]
    query = (
        "query Q($after: String) { accounts(first: 2, after: $after) { edges { cursor node { name } } totalCount } }"
    )
    accounts: list[str] = []
    after: str | None = None
    while len(accounts) < 6:
        page = (await trader.client.ask(query, after=after))["accounts"]
        accounts += [edge["node"]["name"] for edge in page["edges"]]
        after = page["edges"][-1]["cursor"]
    assert accounts == [*reversed(names), trader.account]
    for _ in range(3):
        await trader.do("reset")
    first = await trader.page("sessions", first=3)
    rest = await trader.page("sessions", first=3, after=first["pageInfo"]["endCursor"])
    assert [node["number"] for page in (first, rest) for node in page["nodes"]] == [4, 3, 2, 1]
    assert [page["totalCount"] for page in (first, rest)] == [4, 4]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, rest)] == [True, False]


async def test_a_list_without_rows_is_an_empty_page(trader: Trader) -> None:
    empty = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert await trader.page("trades") == {"edges": [], "nodes": [], "pageInfo": empty, "totalCount": 0}


async def refused(trader: Trader, what: str, arguments: str) -> tuple[str, str]:
    return await trader.client.error(f'{{ {what}(account: "{trader.account}", {arguments}) {{ totalCount }} }}')


@pytest.mark.parametrize("first", [0, -1, 101, 2_147_483_647])
async def test_a_page_has_one_to_a_hundred_items(trader: Trader, first: int) -> None:
    error = ("BAD_USER_INPUT", f"`first` must be from 1 to 100, not {first}")
    for what in LISTS:
        assert await refused(trader, what, f"first: {first}") == error
    assert await trader.client.error(f"{{ accounts(first: {first}) {{ totalCount }} }}") == error


@pytest.mark.parametrize(
    "cursor", ["", "x", "MTA=", "p" + "0" * 48, "\\u0000", "x" * 10_000], ids=lambda cursor: cursor[:9]
)
async def test_a_cursor_that_is_not_of_this_desk_is_an_error(trader: Trader, cursor: str) -> None:
    for what in LISTS:
        assert await refused(trader, what, f'after: "{cursor}"') == ("BAD_USER_INPUT", NOT_OURS)
    of_accounts = f'{{ accounts(after: "{cursor}") {{ totalCount }} }}'
    assert await trader.client.error(of_accounts) == ("BAD_USER_INPUT", NOT_OURS)


async def test_a_cursor_is_of_one_list_of_one_account_and_one_session(trader: Trader) -> None:
    other = await newcomer(trader.client)
    await trader.send(quantity="1")
    [edge] = (await trader.page("positions"))["edges"]
    after = f'after: "{edge["cursor"]}"'
    refusals = [
        await refused(other, "positions", after),
        await refused(trader, "signals", after),
        await refused(trader, "trades", after),
        await refused(trader, "sessions", after),
        await refused(trader, "positions", f"{after}, filter: {{session: 2}}"),
        await trader.client.error(f"{{ accounts({after}) {{ totalCount }} }}"),
    ]
    assert refusals == [("BAD_USER_INPUT", OF_ANOTHER)] * 6
    await trader.do("reset")
    assert await refused(trader, "positions", after) == ("BAD_USER_INPUT", OF_ANOTHER)
    assert (await trader.page("positions", after=edge["cursor"], filter={"session": 1}))["nodes"] == []


async def test_pages_refuse_a_subscriptions_cursor_and_a_forged_one(trader: Trader) -> None:
    account: Json = await trader.totals()
    key = UUID(account["id"].removeprefix("Account_"))
    forged = [
        ("positions", CursorScope(Listing.POSITIONS, key, 1).cursor(2**64 - 1)),
        ("trades", CursorScope(Listing.TRADES, key, 1).cursor(2**63)),
        ("sessions", CursorScope(Listing.SESSIONS, key, 0).cursor(2**31)),
        ("signals", account["cursor"]),
    ]
    for what, cursor in forged:
        assert await refused(trader, what, f'after: "{cursor}"') == ("BAD_USER_INPUT", NOT_OURS)
