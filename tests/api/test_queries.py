"""What the desk can be asked, as a client asks it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from api.choices import ClockKind
from tests.api.desk import DAY, OPENING, Json, Trader, desk_on, everything, instant, newcomer

pytestmark = pytest.mark.asyncio(loop_scope="module")

NODE = "query Node($id: ID!) { node(id: $id) { __typename id ... on %s { %s } } }"


async def node(trader: Trader, kind: str, id_: str) -> Json | None:
    answer: Json | None = (await trader.client.ask(NODE % (kind, everything(kind)), id=id_))["node"]
    return answer


async def ids(trader: Trader, what: str, **filter_: Any) -> list[str]:
    page = await trader.page(what, filter=filter_)
    assert page["totalCount"] == len(page["nodes"])
    return [node["id"] for node in page["nodes"]]


async def a_history(trader: Trader) -> None:
    """A stopped trade on day 1, one closed by hand on day 2, an open position, a waiting and a refused signal."""
    await trader.send(campaignId="spring")
    await trader.see(trader.a_bar(OPENING, "97", "99"))
    by_hand = await trader.send(timestamp=instant(OPENING + DAY), marketPrice="100")
    await trader.do("closePosition", positionId=by_hand["position"]["id"], timestamp=instant(OPENING + 2 * DAY))
    await trader.send(timestamp=instant(OPENING + 2 * DAY), campaignId="autumn")
    await trader.send(timestamp=instant(OPENING + 2 * DAY), entry="LIMIT", entryPrice="99", marketPrice=None)
    await trader.send(timestamp=instant(OPENING + 2 * DAY), quantity="100000")


async def test_every_type_is_found_again_by_its_id(trader: Trader) -> None:
    await a_history(trader)
    account = await trader.totals()
    [trade] = await trader.list("trades", filter={"exitReasons": ["STOP_LOSS"]})
    signal, position = (await trader.list("signals"))[2], (await trader.list("positions"))[0]
    assert await node(trader, "Account", account["id"]) == {"__typename": "Account", **account}
    assert await node(trader, "Session", account["session"]["id"]) == {"__typename": "Session", **account["session"]}
    assert await node(trader, "Signal", signal["id"]) == {"__typename": "Signal", **signal}
    assert await node(trader, "Position", position["id"]) == {"__typename": "Position", **position}
    assert await node(trader, "Trade", trade["id"]) == {"__typename": "Trade", **trade}


async def test_an_unknown_or_malformed_id_finds_nothing(trader: Trader) -> None:
    uuid = (await trader.totals())["id"].removeprefix("Account_")
    odd = [
        "", "x", "_", "Account_", "Account_x", f"account_{uuid}", f"Account_{uuid.upper()}", f"Account_{{{uuid}}}",
        f"Account_urn:uuid:{uuid}", f"Account_{uuid}\x00", f"Position_{uuid}", f"Nothing_{uuid}", f"Session_{uuid}",
        f"Session_{uuid}:0", f"Session_{uuid}:2", f"Session_{uuid}:-1", f"Session_{uuid}:01", f"Session_{uuid}:１",
        f"Session_{uuid}:4294967297", f"Session_{uuid}:{'9' * 30}", f"Signal_{uuid4()}", "A" * 100_000,
    ]  # fmt: skip
    nodes = [(await trader.client.ask("query N($id: ID!) { node(id: $id) { id } }", id=value))["node"] for value in odd]
    assert nodes == [None] * len(odd)


async def test_positions_by_filter(trader: Trader) -> None:
    await a_history(trader)
    third, second, first = await ids(trader, "positions")
    assert await ids(trader, "positions", open=True) == [third]
    assert await ids(trader, "positions", open=False) == [second, first]
    assert await ids(trader, "positions", campaignId="spring") == [first]
    assert await ids(trader, "positions", campaignId="spring", open=True) == []
    assert await ids(trader, "positions", symbols=[trader.symbol, "ELSE"]) == [third, second, first]
    nowhere: list[Json] = [{"symbols": []}, {"symbols": ["ELSE", "\x00"]}, {"campaignId": "a\x00"}, {"session": 2}]
    assert [await ids(trader, "positions", **filter_) for filter_ in nowhere] == [[]] * 4


async def test_trades_by_filter(trader: Trader) -> None:
    await a_history(trader)
    by_hand, stopped = await ids(trader, "trades")
    assert await ids(trader, "trades", exitReasons=["MANUAL"]) == [by_hand]
    assert await ids(trader, "trades", exitReasons=["STOP_LOSS", "STOP_LOSS", "TARGET_1"]) == [stopped]
    assert await ids(trader, "trades", exitReasons=[]) == []
    assert await ids(trader, "trades", campaignId="spring") == [stopped]
    closed = instant(OPENING + 2 * DAY)
    assert await ids(trader, "trades", **{"from": closed}) == [by_hand]
    assert await ids(trader, "trades", to=closed) == [stopped]
    assert await ids(trader, "trades", **{"from": closed, "to": closed}) == []


async def test_signals_by_filter(trader: Trader) -> None:
    await a_history(trader)
    refused, working, third, second, first = await ids(trader, "signals")
    assert await ids(trader, "signals", status="REJECTED") == [refused]
    assert await ids(trader, "signals", status="WORKING") == [working]
    assert await ids(trader, "signals", status="EXECUTED") == [third, second, first]
    assert await ids(trader, "signals", status="EXPIRED") == []
    assert await ids(trader, "signals", symbols=["ELSE"]) == []


async def test_positions_trades_and_signals_are_filtered_alike_by_side_status_campaign_and_time(trader: Trader) -> None:
    await a_history(trader)
    await trader.send(side="SHORT", stopLoss="120", target1="80", timestamp=instant(OPENING + 2 * DAY), quantity="9")
    short, third, second, first = await ids(trader, "positions")
    by_hand, stopped = await ids(trader, "trades")
    sold, refused, working, *executed = await ids(trader, "signals")
    assert await ids(trader, "positions", side="SHORT") == [short]
    assert await ids(trader, "trades", side="SHORT") == []
    assert await ids(trader, "signals", side="SHORT") == [sold]
    assert await ids(trader, "positions", status="STOPPED") == [first]
    assert await ids(trader, "positions", status="OPEN", side="LONG") == [third]
    assert await ids(trader, "trades", status="STOPPED") == [stopped]
    assert await ids(trader, "trades", status="CLOSED", exitReasons=["MANUAL", "EXPIRED"]) == [by_hand]
    assert await ids(trader, "trades", status="CLOSED", exitReasons=["STOP_LOSS"]) == []
    assert await ids(trader, "trades", status="OPEN") == []
    assert await ids(trader, "signals", campaignId="spring") == [executed[2]]
    assert await ids(trader, "signals", campaignId="autumn", status="EXECUTED") == [executed[0]]
    last = {"from": instant(OPENING + 2 * DAY)}
    assert await ids(trader, "positions", **last) == [short, third]
    assert await ids(trader, "signals", **last) == [sold, refused, working, executed[0]]
    day = {"from": instant(OPENING + DAY), "to": instant(OPENING + 2 * DAY)}
    assert await ids(trader, "positions", **day) == [second]
    assert await ids(trader, "signals", **day) == [executed[1]]


ORDERED = (
    "query O($account: String!, $filter: %s, $order: ListOrder!, $first: Int! = 50, $after: String) "
    "{ %s(account: $account, filter: $filter, orderBy: $order, first: $first, after: $after) "
    "{ nodes { id symbol realizedPnl } pageInfo { hasNextPage endCursor } totalCount } }"
)


async def in_order(trader: Trader, what: str, order: str, first: int, **filter_: Any) -> list[Json]:
    """A whole list in an order, page by page."""
    query = ORDERED % (f"{what[:-1].capitalize()}Filter", what)
    nodes: list[Json] = []
    after = None
    is_more = True
    while is_more:
        variables = {"order": order, "first": first, "after": after, "filter": filter_}
        page = (await trader.client.ask(query, account=trader.account, **variables))[what]
        nodes += page["nodes"]
        is_more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        assert page["totalCount"] >= len(nodes)
    return nodes


async def many_results(trader: Trader) -> None:
    """Closed at four prices in three symbols, some of them with the same result."""
    symbols = [Trader(trader.client, trader.account, f"{trader.symbol}{letter}") for letter in "ACB"]
    for number in range(9):
        one = symbols[number % 3]
        position = await one.a_long(quantity="10", timestamp=instant(OPENING + number * DAY))
        price = ("101", "99", "103", "101")[number % 4]
        later = instant(OPENING + number * DAY)
        await one.do("closePosition", positionId=position["id"], marketPrice=price, timestamp=later)


@pytest.mark.parametrize("what", ["positions", "trades"])
async def test_positions_and_trades_are_listed_in_the_order_that_is_asked_for(trader: Trader, what: str) -> None:
    await many_results(trader)
    newest = await in_order(trader, what, "NEWEST", 4)
    oldest = newest[::-1]
    assert len(newest) == 9
    for first in (2, 50):
        assert await in_order(trader, what, "NEWEST", first) == newest
        assert await in_order(trader, what, "OLDEST", first) == oldest
        best = sorted(newest, key=lambda node: Decimal(node["realizedPnl"]), reverse=True)
        assert await in_order(trader, what, "BEST", first) == best
        assert await in_order(trader, what, "WORST", first) == best[::-1]
        by_symbol = sorted(oldest, key=lambda node: node["symbol"])
        assert await in_order(trader, what, "SYMBOL", first) == by_symbol


@pytest.mark.parametrize("what", ["positions", "trades"])
async def test_a_span_of_time_is_listed_by_that_time_page_by_page(trader: Trader, what: str) -> None:
    await many_results(trader)
    span = {"from": instant(OPENING + 2 * DAY), "to": instant(OPENING + 7 * DAY)}
    whole = await in_order(trader, what, "NEWEST", 50)
    for order, expected in (("NEWEST", whole[2:7]), ("OLDEST", whole[2:7][::-1])):
        assert await in_order(trader, what, order, 2, **span) == expected


async def test_a_cursor_of_another_order_is_refused(trader: Trader) -> None:
    await many_results(trader)
    query = ORDERED % ("TradeFilter", "trades")
    best = await trader.client.ask(query, account=trader.account, order="BEST", first=2)
    after = best["trades"]["pageInfo"]["endCursor"]
    error = await trader.client.error(query, account=trader.account, order="WORST", after=after)
    assert error == ("BAD_USER_INPUT", "`after` is a cursor of another list, account or session")


async def test_an_ended_session_can_be_queried_like_the_current_one(trader: Trader) -> None:
    await a_history(trader)
    before = {what: await ids(trader, what) for what in ("positions", "trades", "signals")}
    await trader.do("reset")
    assert {what: await ids(trader, what) for what in before} == {what: [] for what in before}
    assert {what: await ids(trader, what, session=2) for what in before} == {what: [] for what in before}
    assert await ids(trader, "positions", session=1) == before["positions"]
    assert await ids(trader, "signals", session=1) == before["signals"]
    assert (await ids(trader, "trades", session=1))[1:] == before["trades"]
    assert await ids(trader, "positions", session=1, open=True) == []
    second, first = await trader.list("sessions")
    assert [(session["number"], session["endedAt"] is None) for session in (second, first)] == [(2, True), (1, False)]


async def test_more_symbols_than_a_query_may_name_are_an_error(trader: Trader) -> None:
    many = [f"S{number}" for number in range(1_001)]
    query = "query Q($symbols: [String!]) { quotes(symbols: $symbols) { symbol } }"
    error = ("LIMIT_EXCEEDED", "Send at most 1000 values at once as $symbols, not 1001.")
    assert await trader.client.error(query, symbols=many) == error
    assert await trader.client.ask(query, symbols=many[:1000]) == {"quotes": []}
    literal = '{ quotes(symbols: ["' + '" "'.join(many) + '"]) { symbol } }'
    error = ("LIMIT_EXCEEDED", "The document has a list of 1001 values, where 1000 are allowed.")
    assert await trader.client.error(literal) == error


async def test_quotes_are_the_last_prices(trader: Trader) -> None:
    query = "query Q($symbols: [String!]) { quotes(symbols: $symbols) { symbol price time } }"
    await trader.see(trader.a_bar(OPENING, "99", "101", close="100.5"))
    known = {"symbol": trader.symbol, "price": "100.5", "time": instant(OPENING + DAY)}
    assert await trader.client.ask(query, symbols=[trader.symbol, "ELSE", "a\x00"]) == {"quotes": [known]}
    await trader.quote(OPENING + 2 * DAY, "101.25")
    [quote] = (await trader.client.ask(query, symbols=[trader.symbol]))["quotes"]
    assert quote == {"symbol": trader.symbol, "price": "101.25", "time": instant(OPENING + 2 * DAY)}
    everywhere = (await trader.client.ask(query))["quotes"]
    assert quote in everywhere
    assert everywhere == sorted(everywhere, key=lambda quote: quote["symbol"])


async def test_the_figures_of_an_account_are_consistent(trader: Trader) -> None:
    await trader.send(target2="106")
    await trader.send(side="SHORT", stopLoss="102", target1="96", quantity="77")
    await trader.see(trader.a_bar(OPENING, "99.1", "104.5", close="99.37"))
    account, positions = await trader.totals(), await trader.list("positions")
    number = {name: Decimal(value) for name, value in account.items() if isinstance(value, str) and value[:1].isdigit()}
    assert [(position["side"], position["isOpen"]) for position in positions] == [("SHORT", False), ("LONG", True)]
    long = positions[1]
    assert number["equity"] == number["cash"] + Decimal(long["openQuantity"]) * Decimal(long["lastPrice"])
    assert number["commission"] == sum(Decimal(position["commission"]) for position in positions)
    assert number["slippage"] == sum(Decimal(position["slippage"]) for position in positions)
    assert Decimal(account["realizedPnl"]) == sum(Decimal(position["realizedPnl"]) for position in positions)
    assert Decimal(account["unrealizedPnl"]) == Decimal(long["unrealizedPnl"])
    entry_commission_left = Decimal(long["fills"][0]["commission"]) / 2
    earned = Decimal(account["realizedPnl"]) + Decimal(account["unrealizedPnl"]) - entry_commission_left
    assert number["equity"] - 100_000 == earned
    assert number["heatPercent"] == (100 * Decimal(long["openRisk"]) / number["equity"]).quantize(Decimal("1e-12"))


async def test_accounts_are_queried_separately_and_listed_newest_first(trader: Trader) -> None:
    other = await newcomer(trader.client, startingCapital="5000")
    await trader.send()
    assert [position["symbol"] for position in await trader.list("positions")] == [trader.symbol]
    assert await other.list("positions") == []
    both = "query Both($a: String!, $b: String!) { a: account(name: $a) { cash } b: account(name: $b) { cash } }"
    accounts = await trader.client.ask(both, a=trader.account, b=other.account)
    assert accounts == {"a": {"cash": "89997.5"}, "b": {"cash": "5000"}}
    newest = (await trader.client.ask("{ accounts(first: 2) { nodes { name } } }"))["accounts"]["nodes"]
    assert newest == [{"name": other.account}, {"name": trader.account}]


async def test_the_markets_clock_is_the_latest_end_of_any_bar(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as client:
        trader = await newcomer(client)
        await trader.see(trader.a_bar(OPENING, "99", "101"))
        await trader.see(trader.a_bar(OPENING - 7 * DAY, "99", "101", symbol="OTHER"))
        assert await client.ask("{ clock }") == {"clock": instant(OPENING + DAY)}
        signal = (await trader.send(timestamp=None, marketPrice=None))["signal"]
        assert (signal["status"], signal["timestamp"]) == ("EXECUTED", instant(OPENING + DAY))


async def test_the_wall_clock_is_the_time_of_day(sqlite_url: str) -> None:
    async with desk_on(sqlite_url, ClockKind.WALL) as client:
        trader = await newcomer(client)
        await trader.see(trader.a_bar(OPENING, "99", "101"))
        before = datetime.now(UTC)
        clock = datetime.fromisoformat((await client.ask("{ clock }"))["clock"])
        signal = (await trader.send(timestamp=None))["signal"]
        after = datetime.now(UTC)
        assert before <= clock <= datetime.fromisoformat(signal["timestamp"]) <= after
        assert signal["timestamp"] == signal["recordedAt"]
        assert after - before < timedelta(minutes=1)


async def test_a_desk_that_is_closing_says_that_it_is_unavailable(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as client:
        trader = await newcomer(client)
        before = await client.stored()
        await client.desk.services.dispatcher.writer.close()
        assert await client.malformed("executeSignal", **trader.a_signal()) == (
            "UNAVAILABLE",
            "the desk is shutting down",
        )
        assert await client.stored() == before
        assert (await trader.totals())["cash"] == "100000"
