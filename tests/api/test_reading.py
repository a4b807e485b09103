"""What a trader looks up: one signal, position or trade, all that happened, what is held, today's profit and loss."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.authorization.principal import OPERATOR
from api.codec.ids import node_id
from api.graphql.context import Context
from api.graphql.execution.requests import read_request
from api.graphql.schema import make_operations
from tests.api.desk import DAY, OPENING, Json, Trader, everything, figures, instant, newcomer

pytestmark = pytest.mark.asyncio(loop_scope="module")

ONE = {
    "signal": "query Q($account: String!, $id: UUID!) { signal(account: $account, id: $id) { %s } }",
    "position": "query Q($account: String!, $id: UUID!) { position(account: $account, signalId: $id) { %s } }",
    "trade": "query Q($account: String!, $id: UUID!) { trade(account: $account, signalId: $id) { %s } }",
}
ACTIVITY = (
    "query A($account: String!, $first: Int! = 50, $after: String) { activity(account: $account, first: $first, "
    "after: $after) { edges { cursor } nodes { cursor kind symbol occurredAt accountEvent { kind cursor } "
    "signalEvent { cursor signal { signalId status position { id } } } positionEvent { cursor kind position { id "
    "openQuantity } fill { reason } } tradeEvent { cursor trade { id realizedPnl } } } "
    "pageInfo { hasNextPage endCursor } totalCount } }"
)
HOLDINGS = f"query H($account: String!) {{ holdings(account: $account) {{ {everything('Holding')} }} }}"
BOARD = "{ board { nodes { returnPercent sharpe } totalCount } }"
EXPOSURE = "marketValue longExposure shortExposure grossExposure netExposure todayPnl equity totalPnl"
TOTALS = f"query T($account: String!) {{ account(name: $account) {{ {EXPOSURE} }} }}"
LATER = OPENING + DAY + timedelta(hours=1)


async def one(trader: Trader, what: str, signal_id: str) -> Json | None:
    query = ONE[what] % everything(what.capitalize())
    answer: Json | None = (await trader.client.ask(query, account=trader.account, id=signal_id))[what]
    return answer


async def activity(trader: Trader, **variables: Any) -> Json:
    page: Json = (await trader.client.ask(ACTIVITY, account=trader.account, **variables))["activity"]
    return page


async def holdings(trader: Trader) -> list[Json]:
    held: list[Json] = (await trader.client.ask(HOLDINGS, account=trader.account))["holdings"]
    return held


async def totals(trader: Trader) -> Json:
    shown: Json = (await trader.client.ask(TOTALS, account=trader.account))["account"]
    return shown


async def a_hedge(trader: Trader) -> Trader:
    """Without costs: 100 long and 40 short at 100; a day later, at 103, half of the long is closed by hand."""
    trader = await newcomer(trader.client, useRealisticFills=False)
    long = await trader.a_long()
    await trader.send(side="SHORT", stopLoss="120", target1="80", quantity="40")
    await trader.see(trader.a_bar(OPENING, "101", "103", close="103"))
    await trader.do("closePosition", positionId=long["id"], quantity="50")
    return trader


# One


async def test_a_signal_its_position_and_its_trade_are_found_by_the_clients_id(trader: Trader) -> None:
    sent = await trader.send()
    signal_id = sent["signal"]["signalId"]
    assert await one(trader, "signal", signal_id) == sent["signal"]
    assert await one(trader, "position", signal_id) == sent["position"]
    assert await one(trader, "trade", signal_id) is None
    closed = await trader.do("closePosition", signalId=signal_id)
    assert await one(trader, "position", signal_id) == closed["position"]
    assert await one(trader, "trade", signal_id) == closed["trade"]


async def test_what_is_not_the_accounts_is_not_found(trader: Trader) -> None:
    signal_id = (await trader.send())["signal"]["signalId"]
    for other in (await newcomer(trader.client), Trader(trader.client, "nobody at all", trader.symbol)):
        assert [await one(other, what, signal_id) for what in ONE] == [None] * 3
    assert [await one(trader, what, str(uuid4())) for what in ONE] == [None] * 3


async def test_a_signal_of_a_session_that_ended_is_found(trader: Trader) -> None:
    signal_id = (await trader.send())["signal"]["signalId"]
    await trader.do("reset")
    position = await one(trader, "position", signal_id)
    assert position is not None
    assert figures(position, "status", "isOpen") == ["CLOSED", False]


# All that happened


async def test_all_that_was_journaled_of_an_account_is_listed_newest_first_whatever_it_is(trader: Trader) -> None:
    sent = await trader.send()
    await trader.do("closePosition", positionId=sent["position"]["id"], quantity="30")
    await trader.do("closePosition", positionId=sent["position"]["id"])
    await trader.do("updateSettings", settings={"leverage": "2"})
    page = await activity(trader)
    assert [node["kind"] for node in page["nodes"]] == [
        *("ACCOUNT", "TRADE", "POSITION", "POSITION", "POSITION", "SIGNAL", "ACCOUNT"),
    ]
    assert page["totalCount"] == 7
    settings, trade, closed, reduced, opened, signal, _ = page["nodes"]
    assert settings["accountEvent"]["kind"] == "SETTINGS_CHANGED"
    assert trade["tradeEvent"]["trade"]["id"] == node_id("Trade", sent["position"]["id"].removeprefix("Position_"))
    assert [node["positionEvent"]["kind"] for node in (closed, reduced, opened)] == ["CLOSED", "REDUCED", "OPENED"]
    assert figures(reduced["positionEvent"], "position", "fill") == [
        {"id": sent["position"]["id"], "openQuantity": "70"},
        {"reason": "MANUAL"},
    ]
    assert figures(signal["signalEvent"]["signal"], "signalId", "position") == [sent["signal"]["signalId"], None]
    assert [node["symbol"] for node in page["nodes"]] == [None, *[trader.symbol] * 5, None]
    events = ("accountEvent", "signalEvent", "positionEvent", "tradeEvent")
    for node in page["nodes"]:
        [event] = [node[name] for name in events if node[name] is not None]
        assert event["cursor"] == node["cursor"]


async def test_activity_is_paged_by_cursor_over_sessions_and_new_entries_disturb_no_page(trader: Trader) -> None:
    await trader.a_long()
    await trader.do("reset")
    whole = (await activity(trader))["nodes"]
    first = await activity(trader, first=3)
    await trader.a_long()
    rest = await activity(trader, after=first["pageInfo"]["endCursor"])
    assert first["nodes"] + rest["nodes"] == whole
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_activity_of_an_unknown_account_is_null_and_a_cursor_of_another_list_is_refused(trader: Trader) -> None:
    assert await activity(Trader(trader.client, "nobody", trader.symbol)) is None
    await trader.a_long()
    cursor = (await trader.page("positions"))["edges"][0]["cursor"]
    code, message = await trader.client.error(ACTIVITY, account=trader.account, after=cursor)
    assert (code, message) == ("BAD_USER_INPUT", "`after` is a cursor of another list, account or session")


# What is held


async def test_holdings_net_the_positions_of_a_symbol(trader: Trader) -> None:
    hedged = await a_hedge(trader)
    [holding] = await holdings(hedged)
    assert holding == {
        "symbol": hedged.symbol,
        "longQuantity": "50",
        "shortQuantity": "40",
        "netQuantity": "10",
        "averagePrice": "100",
        "lastPrice": "103",
        "marketValue": "1030",
        "unrealizedPnl": "30",
        "realizedPnl": "150",
        "totalPnl": "180",
        "todayPnl": "0",
        "heatPercent": "0.898382910761",
        "positions": 2,
    }


async def test_holdings_earn_from_the_last_price_of_the_day_before_on(trader: Trader) -> None:
    hedged = await a_hedge(trader)
    await hedged.quote(LATER, "103.5")
    assert [holding["todayPnl"] for holding in await holdings(hedged)] == ["5"]
    long = (await hedged.list("positions"))[1]
    await hedged.do("closePosition", positionId=long["id"], timestamp=instant(LATER))
    [holding] = await holdings(hedged)
    assert figures(holding, "netQuantity", "realizedPnl", "todayPnl", "averagePrice") == ["-40", "325", "5", "100"]
    await hedged.a_long(timestamp=instant(LATER), marketPrice=None, quantity="40", target1="110")
    [holding] = await holdings(hedged)
    assert figures(holding, "netQuantity", "averagePrice", "todayPnl") == ["0", None, "5"]


async def test_what_a_bar_filled_by_the_end_of_its_day_was_earned_on_that_day(trader: Trader) -> None:
    daily = await newcomer(trader.client, useRealisticFills=False)
    eve = datetime(2024, 1, 1, tzinfo=UTC)
    sent = {"timestamp": instant(eve), "stopLoss": "90", "target1": "105", "target2": "120"}
    await daily.a_long(**sent)
    await daily.send(**sent, entry="LIMIT", entryPrice="98", marketPrice=None)
    await daily.see(daily.a_bar(eve, "97", "104", close="101"))
    await daily.see(daily.a_bar(eve + DAY, "101", "106", close="104"))
    await daily.send(**sent | {"timestamp": instant(eve + 2 * DAY), "target1": "119"}, marketPrice=None)
    [holding] = await holdings(daily)
    assert figures(holding, "longQuantity", "todayPnl", "totalPnl") == ["200", "0", "1100"]
    assert figures(await totals(daily), "todayPnl", "totalPnl") == ["0", "1100"]
    await daily.quote(eve + 2 * DAY + timedelta(hours=1), "104.5")
    assert [holding["todayPnl"] for holding in await holdings(daily)] == ["100"]
    assert (await totals(daily))["todayPnl"] == "100"


async def test_a_bar_that_runs_over_midnight_is_of_the_day_in_which_it_started(trader: Trader) -> None:
    daily = await newcomer(trader.client, useRealisticFills=False)
    await daily.a_long(timestamp=instant(OPENING - DAY), target1="105", target2="120")
    await daily.see(daily.a_bar(OPENING - DAY, "99", "106", close="104"))
    [holding] = await holdings(daily)
    assert figures(holding, "longQuantity", "todayPnl", "totalPnl") == ["50", "0", "450"]
    assert figures(await totals(daily), "todayPnl", "totalPnl") == ["0", "450"]


async def test_a_holding_without_any_price_of_the_day_before_has_no_profit_of_today(trader: Trader) -> None:
    alone = await newcomer(trader.client, useRealisticFills=False)
    await alone.a_long()
    other = Trader(trader.client, alone.account, f"{alone.symbol}X")
    await other.quote(LATER, "50")
    [holding] = await holdings(alone)
    assert figures(holding, "todayPnl", "lastPrice", "marketValue") == [None, None, "10000"]


async def test_an_account_that_holds_nothing_has_no_holdings_and_an_unknown_one_has_null(trader: Trader) -> None:
    assert await holdings(trader) == []
    assert await holdings(Trader(trader.client, "nobody", trader.symbol)) is None


async def test_totals_of_holdings_are_the_accounts(trader: Trader) -> None:
    await trader.a_long()
    await trader.send(side="SHORT", stopLoss="120", target1="80", quantity="7")
    await trader.quote(OPENING + timedelta(hours=1), "101.25")
    [holding] = await holdings(trader)
    assert holding["totalPnl"] == (await totals(trader))["totalPnl"]


# The account's totals


async def test_an_accounts_exposure_is_what_is_open_at_last_prices(trader: Trader) -> None:
    hedged = await a_hedge(trader)
    names = ("marketValue", "longExposure", "shortExposure", "grossExposure", "netExposure")
    assert figures(await totals(hedged), *names) == ["1030", "5150", "4120", "9270", "1030"]


async def test_today_is_since_the_last_equity_of_the_day_before(trader: Trader) -> None:
    hedged = await a_hedge(trader)
    assert figures(await totals(hedged), "todayPnl", "totalPnl") == ["0", "180"]
    await hedged.quote(LATER, "103.5")
    assert figures(await totals(hedged), "todayPnl", "totalPnl") == ["5", "185"]


async def test_a_day_on_which_nothing_was_held_has_earned_nothing(trader: Trader) -> None:
    hedged = await a_hedge(trader)
    await hedged.quote(LATER, "103.5")
    await hedged.do("closeAll")
    assert (await totals(hedged))["todayPnl"] == "5"
    await hedged.quote(LATER + DAY, "99")
    assert figures(await totals(hedged), "todayPnl", "totalPnl") == ["0", "185"]


# The board


async def board(trader: Trader, shown: str = "", **variables: Any) -> Json:
    entry = f"account {{ name equity }} returnPercent maxDrawdown tradeCount averageR profitFactor {shown}"
    query = (
        "query B($first: Int! = 50, $after: String) { board(first: $first, after: $after) { "
        f"edges {{ cursor }} nodes {{ {entry} }} pageInfo {{ hasNextPage endCursor }} totalCount }} }}"
    )
    page: Json = (await trader.client.ask(query, **variables))["board"]
    return page


async def test_the_board_shows_what_a_report_of_each_account_says(trader: Trader) -> None:
    for number in range(4):
        await trader.a_long(timestamp=instant(OPENING + number * DAY), target1="130", stopLoss="90")
        low, high = (("99", "101"), ("98", "99"), ("103", "104"), ("101", "102"))[number]
        await trader.see(trader.a_bar(OPENING + number * DAY, low, high, close=high))
        await trader.do("closeAll")
    entry = (await board(trader, "sharpe", first=1))["nodes"][0]
    figures_of_report = "returnPercent maxDrawdown tradeCount averageR profitFactor sharpe"
    report = (
        await trader.client.ask(
            f"query R($account: String!) {{ report(account: $account) {{ {figures_of_report} }} }}",
            account=trader.account,
        )
    )["report"]
    assert figures(entry, *figures_of_report.split()) == figures(report, *figures_of_report.split())
    assert entry["sharpe"] is not None
    assert entry["account"]["name"] == trader.account


async def test_the_board_is_paged_as_accounts_are(trader: Trader) -> None:
    newest = (await newcomer(trader.client)).account
    first = await board(trader, first=1)
    assert [node["account"]["name"] for node in first["nodes"]] == [newest]
    rest = await board(trader, first=1, after=first["pageInfo"]["endCursor"])
    assert rest["nodes"][0]["account"]["name"] == trader.account
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (rest["totalCount"], True)


async def test_the_operations_are_compiled(trader: Trader) -> None:
    operations, context = make_operations(), Context(trader.client.desk.services, OPERATOR)
    for query in (*(text % "id" for text in ONE.values()), ACTIVITY, HOLDINGS, TOTALS, BOARD):
        variables = {"account": trader.account, "id": str(uuid4())}
        prepared = operations.prepare(read_request({"query": query, "variables": variables}))
        assert operations._compiled(prepared) is not None
        response = await operations.answer(prepared, context)
        assert not response.errors
