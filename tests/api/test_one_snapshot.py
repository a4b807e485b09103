"""The root fields of one query agree with each other while bars and signals come in."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.api.desk import DAY, OPENING, Json, Trader, instant

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAYS = 40
HOUR = timedelta(hours=1)
PRICES = ["100", "101.37", "99.41", "102.003", "98.7", "100.55"]
QUERY = """
query Together($of: String!, $symbols: [String!]) {
  account(name: $of) {
    cash equity unrealizedPnl realizedPnl commission slippage openPositions workingSignals tradeCount winningTrades
    cursor session { number }
  }
  open: positions(account: $of, filter: {open: true}, first: 100) {
    totalCount nodes { side symbol openQuantity lastPrice lastPriceTime unrealizedPnl }
  }
  every: positions(account: $of, first: 100) { totalCount nodes { realizedPnl commission slippage isOpen } }
  working: signals(account: $of, filter: {status: WORKING}) { totalCount }
  executed: signals(account: $of, filter: {status: EXECUTED}) { totalCount }
  trades(account: $of, first: 100) { totalCount nodes { realizedPnl } }
  quotes(symbols: $symbols) { price time }
  again: account(name: $of) { equity cursor }
}
"""


async def send_days(trader: Trader) -> None:
    """On each day, a bar and three signals at once: at the market, waiting, and one to be cancelled."""
    for day in range(DAYS):
        start, price = OPENING + day * DAY, PRICES[day % len(PRICES)]
        # Less than a day before the bar's end, so that it does not matter which of them comes first.
        at = {"timestamp": instant(start + HOUR), "quantity": "7", "marketPrice": None}
        long = {**at, "stopLoss": "98.9", "target1": "101.1", "target2": "103"}
        short = {**at, "side": "SHORT", "stopLoss": "103.5", "target1": "97", "entry": "LIMIT", "entryPrice": "102.5"}
        cancelled = (await trader.send(**short))["signal"]["signalId"]
        await asyncio.gather(
            trader.see(trader.a_bar(start, price, str(Decimal(price) + 1))),
            trader.send(**long),
            trader.send(**short),
            trader.do("cancelSignal", signalId=cancelled),
        )


async def test_root_fields_never_disagree_while_bars_and_signals_come_in(trader: Trader) -> None:
    await trader.quote(OPENING, "100")
    seen: set[str] = set()
    async with asyncio.TaskGroup() as together:
        sending = together.create_task(send_days(trader))
        while not sending.done():
            answer = await trader.client.ask(QUERY, of=trader.account, symbols=[trader.symbol])
            agree(answer)
            seen.add(answer["account"]["cursor"])
    final = await trader.client.ask(QUERY, of=trader.account, symbols=[trader.symbol])
    agree(final)
    assert final["trades"]["totalCount"] > 5
    assert len(seen) > 5, "the queries did not meet the desk at work"


def agree(answer: Json) -> None:
    account, held, every, trades = answer["account"], answer["open"], answer["every"], answer["trades"]
    assert answer["again"] == {"equity": account["equity"], "cursor": account["cursor"]}
    assert account["openPositions"] == held["totalCount"] == len(held["nodes"])
    assert account["workingSignals"] == answer["working"]["totalCount"]
    assert account["tradeCount"] == trades["totalCount"] == every["totalCount"] - held["totalCount"]
    assert answer["executed"]["totalCount"] == every["totalCount"] <= 100
    worth = sum(sign(node) * Decimal(node["openQuantity"]) * Decimal(node["lastPrice"]) for node in held["nodes"])
    assert Decimal(account["equity"]) == Decimal(account["cash"]) + worth
    assert Decimal(account["unrealizedPnl"]) == total(held["nodes"], "unrealizedPnl")
    for figure in ("realizedPnl", "commission", "slippage"):
        assert Decimal(account[figure]) == total(every["nodes"], figure)
    assert account["winningTrades"] == sum(Decimal(node["realizedPnl"]) > 0 for node in trades["nodes"])
    [quote] = answer["quotes"]
    assert {(node["lastPrice"], node["lastPriceTime"]) for node in held["nodes"]} <= {(quote["price"], quote["time"])}


def sign(position: Json) -> int:
    return 1 if position["side"] == "LONG" else -1


def total(records: list[Json], figure: str) -> Decimal:
    return sum((Decimal(record[figure]) for record in records), Decimal(0))


IN_ORDER = """
mutation InOrder($one: ClosePositionInput!, $bars: IngestBarsInput!, $two: ClosePositionInput!) {
  one: closePosition(input: $one) { trade { excursion { favourable } } }
  ingestBars(input: $bars) { applied }
  two: closePosition(input: $two) { trade { excursion { favourable } } }
}
"""


async def test_what_a_mutation_answers_is_read_after_those_before_it_in_its_document(trader: Trader) -> None:
    """A bar between two closings rises by 2.98 over an entry that risks 2.02."""
    one, two = [{"account": trader.account, "positionId": (await trader.a_long())["id"]} for _ in range(2)]
    bars = {"bars": [trader.a_bar(OPENING, "99", "103", close="101")]}
    answer = await trader.client.ask(IN_ORDER, one=one, bars=bars, two=two)
    assert answer["ingestBars"] == {"applied": 1}
    best = [answer[name]["trade"]["excursion"]["favourable"] for name in ("one", "two")]
    assert best == ["0", "1.475247524752"]
