"""R36-R39 through the API: reports beside a slow reference, curves, excursions, eligibility, backtests."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from tests.api.desk import DAY, Client, Json, Trader, everything, instant, newcomer
from tests.api.reference import Record, Round, as_time, figures, more_figures, number

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST_DAY = datetime(2024, 1, 29, tzinfo=UTC)
DAYS = 64
FREE = {"useRealisticFills": False}
LOOSE = {
    "maxTradeRiskPercent": "100",
    "maxCampaignRiskPercent": "100",
    "maxHeatPercent": "100",
    "leverage": "20",
    "maxPriceAgeSeconds": 300_000_000,
}

REPORT = """query Report($account: String!, $session: Int, $filter: ReportFilter, $compareTo: ID) {
  report(account: $account, session: $session, filter: $filter, compareTo: $compareTo) { %s } }"""
CURVE = """query Curve($account: String!, $session: Int, $from: DateTime, $to: DateTime, $maxPoints: Int! = 2000) {
  equityCurve(account: $account, session: $session, from: $from, to: $to, maxPoints: $maxPoints) {
    time equity drawdown } }"""
MONEY = {"realizedPnl", "commission", "slippage"}


async def report_of(trader: Trader, fields: str | None = None, **arguments: Any) -> Json | None:
    query = REPORT % (fields or everything("Report"))
    report: Json | None = (await trader.client.ask(query, account=trader.account, **arguments))["report"]
    return report


async def a_report(trader: Trader, fields: str | None = None, **arguments: Any) -> Json:
    report = await report_of(trader, fields, **arguments)
    assert report is not None
    return report


async def curve_of(trader: Trader, **arguments: Any) -> list[Json]:
    curve: list[Json] = (await trader.client.ask(CURVE, account=trader.account, **arguments))["equityCurve"]
    return curve


def read(shown: Json, names: Sequence[str]) -> Json:
    """Figures as numbers."""
    return {name: number(shown[name]) if isinstance(shown[name], str) else shown[name] for name in names}


@dataclass(frozen=True, slots=True)
class History:
    """A trader with some months of trades in three symbols, and a slow reference of their figures."""

    trader: Trader
    symbols: Sequence[str]
    rounds: Sequence[Round]
    record: Record

    def chosen(self, **filter_: Any) -> list[Round]:
        """The trades that a filter selects."""
        tests: dict[str, Callable[[Round, Any], bool]] = {
            "from": lambda trade, value: trade.exited >= as_time(value),
            "to": lambda trade, value: trade.exited < as_time(value),
            "symbols": lambda trade, value: trade.trade["symbol"] in value,
            "pattern": lambda trade, value: trade.trade["pattern"] == value,
            "campaignId": lambda trade, value: trade.trade["campaignId"] == value,
        }
        return [trip for trip in self.rounds if all(tests[name](trip, value) for name, value in filter_.items())]


def _signal(random: Random, symbol: str, price: Decimal, time: datetime) -> Json:
    side = random.choice(("LONG", "SHORT"))
    sign = 1 if side == "LONG" else -1
    stop, target = (
        (price * (1 + sign * Decimal(random.randrange(*span)) / 1000)).quantize(Decimal("0.01"))
        for span in ((-50, -10), (10, 70))
    )
    pattern = random.choice((None, *(("SPRING", "SOS", "LPS") if sign > 0 else ("UTAD",))))
    return {
        "id": str(uuid4()),
        "symbol": symbol,
        "side": side,
        "pattern": pattern,
        "campaignId": random.choice((None, "spring", "autumn")),
        "timestamp": instant(time + timedelta(minutes=1)),
        "marketPrice": None,
        "stopLoss": str(stop),
        "target1": str(target),
        "target2": str(target + sign * 3) if random.random() < 0.4 else None,
        "expiresAt": instant(time + 6 * DAY) if random.random() < 0.4 else None,
        "quantity": str(random.randrange(10, 300)),
    }


async def _trade_for_months(trader: Trader, symbols: Sequence[str]) -> set[Any]:
    """Daily bars of three symbols, the third with gaps of weeks, and signals now and then. The days with data."""
    random = Random(2024)
    prices = {symbol: Decimal(100) for symbol in symbols}
    days = set()
    for place in range(DAYS):
        start = FIRST_DAY + place * DAY
        bars = []
        for symbol in symbols[: 2 if 20 <= place < 40 else 3]:
            if start.weekday() >= 5:
                continue
            days.add(start.date())
            opened = prices[symbol]
            closed = (opened * (1 + Decimal(random.randrange(-30, 32)) / 1000)).quantize(Decimal("0.01"))
            swing = Decimal(random.randrange(0, 200)) / 100
            low, high = min(opened, closed) - swing, max(opened, closed) + swing
            bars.append(_bar(symbol, start, (opened, high, low, closed)))
            prices[symbol] = closed
        await trader.see(*bars, _bar(f"{trader.symbol}.REST", start, (Decimal(5),) * 4))
        for symbol in symbols[:2]:
            if bars and place < DAYS - 15 and random.random() < 0.8:
                answer = await trader.send(**_signal(random, symbol, prices[symbol], start + DAY))
                assert answer["errors"] == []
    return days


def _bar(symbol: str, start: datetime, prices: Sequence[Decimal]) -> Json:
    named = dict(zip(("open", "high", "low", "close"), map(str, prices), strict=True))
    return {"symbol": symbol, "start": instant(start), "end": instant(start + DAY), **named}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def history(client: Client) -> History:
    """Trades of some months: entries, exits and expiries of both sides, flat days at the end."""
    trader = await newcomer(client, **LOOSE)
    symbols = [f"{trader.symbol}.{name}" for name in "ABC"]
    await trader.send(symbol=symbols[2], entry="LIMIT", entryPrice="2", stopLoss="1", target1="3", marketPrice=None)
    days = await _trade_for_months(trader, symbols)
    stops = {node["id"]: node["initialStopLoss"] for node in await trader.list("positions", filter={"open": False})}
    trades = [Round.of(node, stops[node["positionId"]]) for node in reversed(await trader.list("trades"))]
    assert 40 <= len(trades) < 100
    assert {trade.trade["exitReason"] for trade in trades} >= {"STOP_LOSS", "TARGET_1", "TARGET_2", "EXPIRED"}
    points = [(as_time(point["time"]), Decimal(point["equity"])) for point in await curve_of(trader)]
    return History(trader, symbols, trades, Record(Decimal(100_000), points, sorted(days)))


SPAN = {"from": "2024-02-12T00:00:00Z", "to": "2024-03-11T00:00:00Z"}
FILTERS: dict[str, Json] = {
    "everything": {},
    "from": {"from": SPAN["from"]},
    "to": {"to": SPAN["to"]},
    "span": SPAN,
    "within a day": {"from": "2024-02-12T15:30:00Z", "to": "2024-03-11T00:00:00.000001Z"},
    "before all": {"to": "2020-01-01T00:00:00Z"},
    "pattern": {"pattern": "UTAD"},
    "campaign": {"campaignId": "spring"},
    "all at once": {**SPAN, "pattern": "SOS", "campaignId": "autumn"},
}


@pytest.mark.parametrize("name", FILTERS)
async def test_r38_the_figures_of_a_report_are_those_of_its_trades(history: History, name: str) -> None:
    shown = await a_report(history.trader, filter=FILTERS[name])
    rounds = history.chosen(**FILTERS[name])
    wanted = {**figures(rounds), **more_figures(rounds)}
    actual = read(shown, [name for name in wanted if not name.endswith("Trade")])
    assert actual == {name: value for name, value in wanted.items() if not name.endswith("Trade")}
    extremes = [None if shown[name] is None else shown[name]["id"] for name in ("bestTrade", "worstTrade")]
    assert extremes == [wanted["bestTrade"], wanted["worstTrade"]]


@pytest.mark.parametrize("name", FILTERS)
async def test_r38_the_figures_of_the_curve_are_those_of_its_points(history: History, name: str) -> None:
    """Symbols, patterns and campaigns choose trades: the curve is the account's."""
    span = FILTERS[name]
    since, until = (as_time(span[name]) if name in span else None for name in ("from", "to"))
    wanted = history.record.figures(since, until)
    shown = await a_report(history.trader, filter=span or None)
    actual = read(shown, [name for name in wanted if name != "monthlyReturns"])
    months = [(month["year"], month["month"], Decimal(month["percent"])) for month in shown["monthlyReturns"]]
    assert {**actual, "monthlyReturns": months} == wanted


@pytest.mark.parametrize("symbols", [[0], [0, 1], [2], []], ids=["one", "two", "no trade", "none"])
async def test_r38_a_report_of_symbols_is_about_their_trades(history: History, symbols: list[int]) -> None:
    names = [history.symbols[symbol] for symbol in symbols]
    shown = await a_report(history.trader, filter={"symbols": names})
    wanted = figures(history.chosen(symbols=names))
    assert read(shown, list(wanted)) == wanted


BREAKDOWNS = {
    "bySymbol": "symbol",
    "byPattern": "pattern",
    "bySide": "side",
    "byCampaign": "campaignId",
    "byExitReason": "exitReason",
}


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("breakdown", BREAKDOWNS)
async def test_r38_breakdowns_split_the_same_trades(history: History, name: str, breakdown: str) -> None:
    field, rounds = BREAKDOWNS[breakdown], history.chosen(**FILTERS[name])
    shown = (await a_report(history.trader, filter=FILTERS[name] or None))["breakdowns"][breakdown]
    keys = sorted({trip.trade[field] for trip in rounds} - {None})
    wanted = {key: figures([trip for trip in rounds if trip.trade[field] == key]) for key in keys}
    assert {item[field]: read(item["figures"], list(wanted[item[field]])) for item in shown} == wanted
    assert [item[field] for item in shown] == keys


@pytest.mark.parametrize("name", ["pattern", "campaign", "symbol", "another pattern", "no such campaign"])
async def test_r38_headline_figures_of_one_dimension_are_those_of_its_trades(history: History, name: str) -> None:
    """Without breakdowns no trades are read: stats are kept for each dimension."""
    filters = {
        **FILTERS,
        "symbol": {"symbols": [history.symbols[1]]},
        "another pattern": {"pattern": "LPS"},
        "no such campaign": {"campaignId": "winter"},
    }
    rounds = history.chosen(**filters[name])
    wanted = {**figures(rounds), "longestLosingRun": more_figures(rounds)["longestLosingRun"]}
    shown = await a_report(history.trader, " ".join(wanted), filter=filters[name])
    assert read(shown, list(wanted)) == wanted


async def test_r38_breakdowns_are_found_through_fragments_too(history: History) -> None:
    side = "bySide { side figures { tradeCount } }"
    plain = await a_report(history.trader, f"breakdowns {{ {side} }}")
    spread = await a_report(history.trader, f"... on Report {{ ... {{ again: breakdowns {{ {side} }} }} }}")
    assert spread["again"] == plain["breakdowns"]
    assert len(plain["breakdowns"]["bySide"]) == 2


async def test_r38_a_filter_that_no_trade_can_match_matches_none(history: History) -> None:
    for filter_ in (
        {"symbols": ["\x00", "x y"]},
        {"campaignId": "\x00"},
        {"campaignId": ""},
        {"campaignId": "a" * 300},
    ):
        assert (await a_report(history.trader, filter=filter_))["tradeCount"] == 0


async def test_r38_no_account_and_no_session_is_null(history: History) -> None:
    for account, session in (
        ("nobody", None),
        ("\x00", None),
        (history.trader.account, 2),
        (history.trader.account, 0),
    ):
        nobody = Trader(history.trader.client, account, "X")
        assert await report_of(nobody, session=session) is None
        assert await history.trader.client.ask(CURVE, account=account, session=session) == {"equityCurve": None}
        answer = await history.trader.client.ask(
            "query E($account: String!, $session: Int) { liveEligibility(account: $account, session: $session) "
            "{ eligible } }",
            account=account,
            session=session,
        )
        assert answer == {"liveEligibility": None}


async def test_r37_the_accounts_peak_and_drawdowns_are_those_of_the_curve(history: History) -> None:
    account, points = await history.trader.totals(), await curve_of(history.trader)
    peak = deepest = Decimal(100_000)
    deepest = now = Decimal(0)
    for point in points:
        peak = max(peak, Decimal(point["equity"]))
        now = ((peak - Decimal(point["equity"])) * 100 / peak).quantize(Decimal("1e-12"))
        deepest = max(deepest, now)
        assert Decimal(point["drawdown"]) == now
    assert [Decimal(account[name]) for name in ("peakEquity", "maxDrawdown", "currentDrawdown")] == [peak, deepest, now]


@pytest.mark.parametrize("at_most", [4, 7, 16, 36])
async def test_r37_a_curve_of_few_points_has_its_ends_and_its_extremes(history: History, at_most: int) -> None:
    whole, few = await curve_of(history.trader), await curve_of(history.trader, maxPoints=at_most)
    assert len(few) <= at_most < len(whole)
    assert (few[0], few[-1]) == (whole[0], whole[-1])
    assert [point for point in whole if point in few] == few
    for choose in (min, max):
        extremes = [choose(Decimal(point["equity"]) for point in points) for points in (few, whole)]
        assert extremes[0] == extremes[1]


async def test_r37_a_curves_span_includes_its_start_and_excludes_its_end(history: History) -> None:
    whole = await curve_of(history.trader)
    assert await curve_of(history.trader, **{"from": whole[3]["time"], "to": whole[7]["time"]}) == whole[3:7]


@pytest.mark.parametrize("at_most", [3, 0, -1, 2_001])
async def test_r37_a_curve_of_too_few_or_too_many_points_is_refused(history: History, at_most: int) -> None:
    error = await history.trader.client.error(CURVE, account=history.trader.account, maxPoints=at_most)
    assert error == ("BAD_USER_INPUT", f"`maxPoints` must be from 4 to 2000, not {at_most}")


async def test_r36_eligibility_counts_the_trades_of_live_signals_and_shows_the_evidence(history: History) -> None:
    shown = (await a_report(history.trader))["liveEligibility"]
    checks = {check["criterion"]: check for check in shown["checks"]}
    wanted = figures(history.rounds)
    assert [Decimal(checks[check]["required"]) for check in checks] == [90, 20, 50, Decimal("1.5")]
    assert Decimal(checks["TRADES"]["actual"]) == wanted["tradeCount"]
    assert Decimal(checks["WIN_RATE"]["actual"]) == wanted["winRate"]
    assert Decimal(checks["AVERAGE_R"]["actual"]) == wanted["averageR"]
    assert (checks["TRADES"]["passed"], checks["DAYS_ENABLED"]["passed"], shown["eligible"]) == (True, False, False)
    evidence = shown["evidence"]
    assert Decimal(evidence["expectancyR"]["low"]) < wanted["averageR"] < Decimal(evidence["expectancyR"]["high"])
    assert evidence["tradingDays"] == len(history.record.observed_days)
    again = (await a_report(history.trader))["liveEligibility"]["evidence"]
    assert again == evidence


async def test_r38_a_report_without_trades_defines_no_figures(trader: Trader) -> None:
    shown = await a_report(trader)
    nothing = {
        **figures([]),
        **{name: value for name, value in more_figures([]).items() if not name.endswith("Trade")},
        **dict.fromkeys(("sharpe", "sortino", "calmar", "volatility", "annualReturn", "exposurePercent")),
        **dict.fromkeys(("returnPercent", "maxDrawdown", "currentDrawdown", "days"), 0),
    }
    assert read(shown, list(nothing)) == nothing
    assert (shown["bestTrade"], shown["worstTrade"], shown["comparison"]) == (None, None, None)
    assert (shown["monthlyReturns"], shown["breakdowns"]["bySymbol"]) == ([], [])
    assert shown["liveEligibility"]["evidence"] == {"expectancyR": None, "tradingDays": 0, "maxDrawdown": "0"}


async def a_quick_trade(trader: Trader, price: str = "101", **content: Any) -> Json:
    """Bought at 100 at 14:30 and closed by hand a day later; no market data."""
    answer = await trader.send(**content)
    time = as_time(answer["position"]["entryTime"]) + DAY
    closed = await trader.do(
        "closePosition", positionId=answer["position"]["id"], marketPrice=price, timestamp=instant(time)
    )
    trade: Json = closed["trade"]
    return trade


async def test_r38_trades_by_hand_without_market_data_still_have_a_return(client: Client) -> None:
    trader = await newcomer(client, **FREE)
    await a_quick_trade(trader, "150", target1="200")
    shown = await a_report(trader)
    assert (shown["returnPercent"], shown["days"], shown["sharpe"]) == ("5", 0, None)
    assert [month["percent"] for month in shown["monthlyReturns"]] == ["5"]


async def test_r38_an_ended_session_keeps_its_report_and_the_next_begins_with_nothing(client: Client) -> None:
    trader = await newcomer(client, **FREE)
    await a_quick_trade(trader)
    await trader.see(trader.a_bar(datetime(2024, 1, 10, tzinfo=UTC), "99", "101"))
    before = await a_report(trader)
    await trader.do("reset")
    after, now = await a_report(trader, session=1), await a_report(trader)
    changed = {"session", "liveEligibility"}
    assert {name: value for name, value in after.items() if name not in changed} == {
        name: value for name, value in before.items() if name not in changed
    }
    assert (after["session"]["number"], now["session"]["number"], now["tradeCount"], now["days"]) == (1, 2, 0, 0)
    assert [point["equity"] for point in await curve_of(trader, session=1)] == ["100000", "100100"]
    assert await curve_of(trader) == []
    eligibility = now["liveEligibility"]
    assert [check["actual"] for check in eligibility["checks"]][1:] == ["0", None, None]


def bar_of(trader: Trader, start: datetime, close: str, symbol: str | None = None, hours: int = 24) -> Json:
    return {
        **trader.a_bar(start, close, close),
        "symbol": symbol or trader.symbol,
        "end": instant(start + timedelta(hours=hours)),
    }


async def test_r38_days_are_those_with_data_in_the_session_of_symbols_it_signalled(client: Client) -> None:
    """Data before the session, and of what it never signalled, makes no day; a bar is of the day it starts in."""
    trader = await newcomer(client, **FREE)
    day, other = datetime(2024, 5, 6, tzinfo=UTC), f"{trader.symbol}.X"
    await trader.see(bar_of(trader, day, "100"), bar_of(trader, day, "100", other))
    await trader.do("reset")
    answer = await trader.send(timestamp=instant(day + DAY), marketPrice=None, stopLoss="90", target1="200")
    assert answer["errors"] == []
    await trader.see(
        bar_of(trader, day + DAY, "101"),
        bar_of(trader, day + 2 * DAY + timedelta(hours=22), "102", hours=4),
        bar_of(trader, day + 9 * DAY, "100", other),
    )
    shown = await a_report(trader)
    assert (shown["days"], shown["from"], shown["exposurePercent"]) == (2, "2024-05-07T00:00:00Z", "100")
    assert (shown["sharpe"], shown["returnPercent"]) == (None, "0.2")
    await trader.see(bar_of(trader, day + 4 * DAY, "103"))
    shown = await a_report(trader)
    assert (shown["days"], shown["to"]) == (3, "2024-05-11T00:00:00Z")
    returns = [D(100) / 100_100, D(100) / 100_200]
    assert Decimal(shown["volatility"]) == ((returns[0] - returns[1]) * D(126).sqrt() * 100).quantize(D("1e-12"))


async def test_r38_a_day_that_a_session_shares_with_its_neighbours_is_a_day_of_each_that_saw_data(
    client: Client,
) -> None:
    trader = await newcomer(client, **FREE)
    day = datetime(2024, 6, 3, tzinfo=UTC)

    async def a_session(quotes: Sequence[int], *, resets: bool = True) -> int:
        """Signal, see quotes at these hours, end the session; its days."""
        await trader.send(timestamp=instant(day))
        for hour in quotes:
            await trader.quote(day + timedelta(hours=hour), "100")
        shown = await a_report(trader, "days")
        if resets:
            await trader.do("reset")
        return int(shown["days"])

    assert [await a_session([1, 2]), await a_session([]), await a_session([5]), await a_session([20, 30])] == [
        1,
        0,
        1,
        2,
    ]
    ended = [(await a_report(trader, "days", session=number))["days"] for number in (1, 2, 3, 4)]
    assert ended == [1, 0, 1, 2]


EXCURSION = "nodes { excursion { adverse favourable } exitReason rMultiple exitTime }"
Exit = Callable[[Trader], Awaitable[object]]


async def excursion(trader: Trader) -> tuple[Decimal | None, Decimal | None, str]:
    query = f"query T($account: String!) {{ trades(account: $account) {{ {EXCURSION} }} }}"
    [trade] = (await trader.client.ask(query, account=trader.account))["trades"]["nodes"]
    return (*(number(trade["excursion"][name]) for name in ("adverse", "favourable")), trade["exitReason"])


LEVELS = {"LONG": {"stopLoss": "98", "target1": "104"}, "SHORT": {"stopLoss": "102", "target1": "96"}}


def mirrored(side: str, price: str) -> str:
    return price if side == "LONG" else str(200 - Decimal(price))


async def see_bar(trader: Trader, side: str, hour: int, *prices: str) -> None:
    """An hour's bar: open, high, low and close, mirrored at 100 for a short."""
    opened, high, low, closed = (mirrored(side, price) for price in prices)
    start = HOUR + timedelta(hours=hour)
    low, high = sorted((low, high), key=Decimal)
    await trader.see(
        {
            "symbol": trader.symbol,
            "start": instant(start),
            "end": instant(start + timedelta(hours=1)),
            "open": opened,
            "high": high,
            "low": low,
            "close": closed,
        }
    )


HOUR = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
sides = pytest.mark.parametrize("side", ["LONG", "SHORT"])


async def holder(client: Client, side: str, **content: Any) -> Trader:
    trader = await newcomer(client, **FREE)
    answer = await trader.send(side=side, **LEVELS[side], **content)
    assert answer["errors"] == []
    return trader


@sides
async def test_r38_a_bar_left_inside_counts_with_the_exits_price_alone(client: Client, side: str) -> None:
    """It fell to 99 and rose to 103; the last bar's 90 came, for all that is known, after the stop at 98."""
    trader = await holder(client, side)
    await see_bar(trader, side, 0, "100", "103", "99", "101")
    await see_bar(trader, side, 1, "101", "103.5", "90", "92")
    assert await excursion(trader) == (D(1), D("1.5"), "STOP_LOSS")


@sides
async def test_r38_a_target_inside_a_bar_counts_with_its_price(client: Client, side: str) -> None:
    trader = await holder(client, side)
    await see_bar(trader, side, 0, "100", "110", "99.5", "109")
    assert await excursion(trader) == (D(0), D(2), "TARGET_1")


@sides
async def test_r38_a_gap_counts_with_the_open_and_the_bars_before_it_whole(client: Client, side: str) -> None:
    trader = await holder(client, side)
    await see_bar(trader, side, 0, "100", "103", "98.5", "99")
    await see_bar(trader, side, 1, "95", "120", "80", "100")
    assert await excursion(trader) == (D("2.5"), D("1.5"), "STOP_LOSS")


@sides
async def test_r38_a_gap_beyond_the_target_counts_with_the_open(client: Client, side: str) -> None:
    trader = await holder(client, side)
    await see_bar(trader, side, 0, "100", "103", "99", "103")
    await see_bar(trader, side, 1, "106", "120", "80", "100")
    assert await excursion(trader) == (D("0.5"), D(3), "TARGET_1")


@sides
async def test_r38_an_expiry_counts_with_the_open(client: Client, side: str) -> None:
    trader = await holder(client, side, expiresAt=instant(HOUR + timedelta(hours=1)))
    await see_bar(trader, side, 0, "100", "101", "99", "100")
    await see_bar(trader, side, 1, "102", "103.9", "98.1", "100")
    assert await excursion(trader) == (D("0.5"), D(1), "EXPIRED")


@sides
async def test_r38_a_position_closed_by_hand_counts_its_bars_whole(client: Client, side: str) -> None:
    trader = await holder(client, side)
    await see_bar(trader, side, 0, "100", "103", "99", "101")
    await trader.do("disable")
    assert await excursion(trader) == (D("0.5"), D("1.5"), "MANUAL")


@sides
async def test_r38_a_position_closed_by_hand_at_a_given_price_counts_that_price(client: Client, side: str) -> None:
    """The day's bar comes after the trade, and does not count for it."""
    trader = await holder(client, side)
    [position] = await trader.list("positions")
    await trader.do(
        "closePosition",
        positionId=position["id"],
        marketPrice=mirrored(side, "105"),
        timestamp=instant(HOUR + timedelta(minutes=30)),
    )
    await see_bar(trader, side, 0, "100", "120", "80", "101")
    assert await excursion(trader) == (D(0), D("2.5"), "MANUAL")


@sides
async def test_r38_quotes_count_as_bars_do(client: Client, side: str) -> None:
    trader = await holder(client, side)
    for minutes, price in ((1, "101.5"), (2, "98.5"), (3, "97"), (4, "150")):
        await trader.quote(HOUR + timedelta(minutes=minutes), mirrored(side, price))
    assert await excursion(trader) == (D("1.5"), D("0.75"), "STOP_LOSS")


@sides
async def test_r38_a_quote_after_a_bar_left_inside_does_not_count(client: Client, side: str) -> None:
    trader = await holder(client, side)
    await see_bar(trader, side, 0, "100", "101", "97", "97")
    await trader.quote(HOUR + timedelta(hours=1), mirrored(side, "150"))
    assert await excursion(trader) == (D(1), D(0), "STOP_LOSS")


@sides
async def test_r38_a_trade_entered_inside_a_bar_does_not_count_the_bar_whole(client: Client, side: str) -> None:
    levels = {"LONG": {"entryPrice": "99", "stopLoss": "97"}, "SHORT": {"entryPrice": "101", "stopLoss": "103"}}[side]
    trader = await newcomer(client, **FREE)
    content = {**LEVELS[side], **levels, "entry": "LIMIT", "marketPrice": None, "timestamp": instant(HOUR)}
    assert (await trader.send(side=side, **content))["errors"] == []
    await see_bar(trader, side, 0, "100", "103", "98", "100")
    await see_bar(trader, side, 1, "100", "101", "98.5", "100")
    await trader.do("disable")
    assert await excursion(trader) == (D("0.25"), D(1), "MANUAL")


def D(value: str | int) -> Decimal:  # noqa: N802 - as in the builders
    return Decimal(value)


COMPARED = ("winRate", "averageR", "profitFactor", "maxDrawdown", "sharpe")


async def metrics_of(trader: Trader) -> Json:
    return await a_report(trader, " ".join(COMPARED))


async def record(client: Client, metrics: Json, **content: Any) -> Json:
    payload = await client.do("recordBacktest", name="a backtest", metrics=metrics, **content)
    assert payload["errors"] == []
    backtest: Json = payload["backtest"]
    return backtest


async def comparison(trader: Trader, backtest: Json, **arguments: Any) -> Json:
    fields = f"comparison {{ {everything('Comparison')} }}"
    compared: Json = (await a_report(trader, fields, compareTo=backtest["id"], **arguments))["comparison"]
    return compared


async def test_r39_a_report_compared_with_its_own_figures_is_ok_without_a_difference(history: History) -> None:
    kept = await record(history.trader.client, await metrics_of(history.trader))
    compared = await comparison(history.trader, kept)
    assert (compared["backtestId"], compared["severity"], compared["trades"]) == (kept["id"], "OK", None)
    assert [metric["metric"] for metric in compared["metrics"]] == [
        "WIN_RATE",
        "AVERAGE_R",
        "PROFIT_FACTOR",
        "MAX_DRAWDOWN",
        "SHARPE",
    ]
    for metric in compared["metrics"]:
        assert (metric["difference"], metric["differencePercent"], metric["direction"]) == ("0", "0", "SAME")
        assert (metric["severity"], metric["paper"]) == ("OK", metric["backtest"])


@pytest.mark.parametrize(
    ("share", "severity"), [("1.11", "OK"), ("1.112", "WARNING"), ("1.24", "WARNING"), ("1.26", "ERROR")]
)
async def test_r39_a_backtest_that_differs_is_a_warning_or_an_error(
    history: History, share: str, severity: str
) -> None:
    """Paper is 1 / share of it: less by 9.9, 10.07, 19.4 and 20.6 %."""
    metrics = await metrics_of(history.trader)
    altered = {
        name: str((Decimal(value) * Decimal(share)).quantize(D(1).scaleb(-12))) for name, value in metrics.items()
    }
    compared = await comparison(history.trader, await record(history.trader.client, altered))
    worse = {metric["metric"]: metric["direction"] for metric in compared["metrics"] if Decimal(metric["backtest"]) > 0}
    assert compared["severity"] == severity
    assert {metric["severity"] for metric in compared["metrics"]} == {severity}
    assert worse.pop("MAX_DRAWDOWN") == "BETTER"
    assert set(worse.values()) == {"WORSE"}


async def test_r39_figures_that_are_missing_cannot_be_compared(trader: Trader) -> None:
    compared = await comparison(trader, await record(trader.client, {"winRate": "50", "maxDrawdown": "0"}))
    assert {metric["metric"]: metric["severity"] for metric in compared["metrics"]} == {
        "WIN_RATE": "NOT_COMPARABLE",
        "AVERAGE_R": "NOT_COMPARABLE",
        "PROFIT_FACTOR": "NOT_COMPARABLE",
        "MAX_DRAWDOWN": "OK",
        "SHARPE": "NOT_COMPARABLE",
    }
    assert compared["severity"] == "OK"


@pytest.mark.parametrize("id_", ["", "x", "Backtest_", f"Backtest_{UUID(int=0)}", "Account_\x00"])
async def test_r39_an_unknown_backtest_is_an_error_with_a_code(history: History, id_: str) -> None:
    query = REPORT % "tradeCount"
    code, message = await history.trader.client.error(query, account=history.trader.account, compareTo=id_)
    assert code == "BACKTEST_NOT_FOUND"
    assert message == "`compareTo` is not the id of a backtest: take one from backtests"


async def test_r39_backtests_are_listed_newest_first_and_found_by_their_id(client: Client) -> None:
    kept = [await record(client, {"sharpe": "1.283333333333"}, source=f"tool {number}") for number in range(5)]
    query = f"""query B($after: String) {{ backtests(first: 2, after: $after) {{
        nodes {{ {everything("Backtest")} }} pageInfo {{ hasNextPage endCursor }} totalCount }} }}"""
    backtests, after = [], None
    for _ in range(3):
        page = (await client.ask(query, after=after))["backtests"]
        backtests += page["nodes"]
        after = page["pageInfo"]["endCursor"]
    assert backtests[:5] == kept[::-1]
    assert page["totalCount"] >= 5
    assert (kept[0]["sharpe"], kept[0]["winRate"], kept[0]["tradeCount"]) == ("1.283333333333", None, 0)
    node = await client.ask(
        f"query N($id: ID!) {{ node(id: $id) {{ ... on Backtest {{ {everything('Backtest')} }} }} }}", id=kept[0]["id"]
    )
    assert node == {"node": kept[0]}


def as_external(trade: Json, **changes: str) -> Json:
    """A paper trade as another tool would report it."""
    names = (
        *("signalId", "symbol", "side", "quantity", "entryTime", "entryPrice"),
        *("exitTime", "exitPrice", "realizedPnl", "commission"),
    )
    return {**{name: trade[name] for name in names}, **changes}


async def test_r39_trades_are_matched_and_their_differences_add_up(history: History) -> None:
    ours = [trip.trade for trip in history.rounds]
    random = Random(3)
    others = [as_external(our, **_altered(random, our)) for our in ours[5:]]
    others += [as_external(ours[0], signalId=str(uuid4()))]
    matching = (await comparison(history.trader, await record(history.trader.client, {}, trades=others)))["trades"]
    assert (matching["matchedCount"], matching["missedCount"], matching["extraCount"]) == (len(ours) - 5, 1, 5)
    assert [pair["paper"] for pair in matching["matched"]] == [as_external(our) for our in ours[5:]]
    assert [pair["backtest"] for pair in matching["matched"]] == others[:-1]
    assert matching["missed"] == [others[-1]]
    assert matching["extra"] == [as_external(our) for our in ours[:5]]
    for match in matching["matched"]:
        parts = [Decimal(match[name]) for name in ("entryPrice", "exitPrice", "quantity", "costs")]
        whole = Decimal(match["paper"]["realizedPnl"]) - Decimal(match["backtest"]["realizedPnl"])
        assert sum(parts) == Decimal(match["total"]) == whole


def _altered(random: Random, trade: Json) -> dict[str, str]:
    names = ("entryPrice", "exitPrice", "realizedPnl", "commission", "quantity")
    return {name: str(Decimal(trade[name]) + Decimal(random.randrange(10**8)) / 10**8) for name in names}


async def test_r39_a_comparison_lists_a_thousand_extra_trades_at_most_and_counts_all(history: History) -> None:
    stranger = as_external(history.rounds[0].trade, signalId=str(uuid4()))
    matching = (await comparison(history.trader, await record(history.trader.client, {}, trades=[stranger])))["trades"]
    assert (matching["matchedCount"], matching["missedCount"], matching["extraCount"]) == (0, 1, len(history.rounds))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"symbol": "no such"}, "symbol"),
        ({"quantity": "0"}, "quantity"),
        ({"entryPrice": "-1"}, "entryPrice"),
        ({"exitPrice": "0"}, "exitPrice"),
        ({"exitTime": "2020-01-01T00:00:00Z"}, "exitTime"),
        ({"realizedPnl": "1.000000001"}, "realizedPnl"),
        ({"commission": "1e10"}, "commission"),
    ],
)
async def test_r39_impossible_trades_are_refused(history: History, change: Json, field: str) -> None:
    client = history.trader.client
    trade = as_external(history.rounds[0].trade, **change)
    before = await client.stored()
    payload = await client.do("recordBacktest", name="x", metrics={}, trades=[trade])
    assert (payload["backtest"], payload["errors"][0]["code"], payload["errors"][0]["field"]) == (
        None,
        "INVALID_INPUT",
        ["trades", "0", field],
    )
    assert await client.stored() == before


async def test_r39_two_trades_of_one_signal_are_refused(history: History) -> None:
    trade = as_external(history.rounds[0].trade)
    payload = await history.trader.client.do("recordBacktest", name="x", metrics={}, trades=[trade, trade])
    assert payload["errors"][0]["message"] == "trades[1]: send one trade for each signalId; trades[0] has the same"


@pytest.mark.parametrize("content", [{"name": ""}, {"name": "a\x00b"}, {"name": "x" * 201}, {"source": "\n"}])
async def test_r39_empty_unprintable_and_long_names_are_refused(client: Client, content: Json) -> None:
    payload = await client.do("recordBacktest", **{"name": "x", "metrics": {}, **content})
    assert (payload["backtest"], payload["errors"][0]["code"]) == (None, "INVALID_INPUT")


async def test_r39_a_drawdown_is_not_negative(client: Client) -> None:
    payload = await client.do("recordBacktest", name="x", metrics={"maxDrawdown": "-1"})
    assert payload["errors"][0]["message"] == "maxDrawdown must not be negative"


@pytest.mark.parametrize("figure", [1.5, "NaN", "", "1e31", "9" * 31, True])
async def test_r39_a_malformed_figure_is_an_error(client: Client, figure: object) -> None:
    code, _ = await client.malformed("recordBacktest", name="x", metrics={"sharpe": figure})
    assert code == "BAD_USER_INPUT"


async def test_r39_figures_are_read_as_libraries_print_them_and_kept_to_12_places(client: Client) -> None:
    kept = await record(
        client, {"sharpe": "1.2833333333333334", "averageR": "1.5e-1", "maxDrawdown": "2.50000000000000"}
    )
    assert (kept["sharpe"], kept["averageR"], kept["maxDrawdown"]) == ("1.283333333333", "0.15", "2.5")


async def test_r39_the_wrong_one_of_many_trades_is_named(history: History) -> None:
    trades = [as_external(trip.trade) for trip in history.rounds[:5]]
    trades[3]["exitPrice"] = "0"
    payload = await history.trader.client.do("recordBacktest", name="x", metrics={}, trades=trades)
    [error] = payload["errors"]
    assert (error["message"], error["field"]) == (
        "trades[3]: exitPrice must be above 0, not 0",
        ["trades", "3", "exitPrice"],
    )


WINS = [("1", True), ("-1", False), ("0", False), ("2.5", True)]


@pytest.mark.parametrize("fraction", ["0.5", "1", "0", "0.0001"])
async def test_r39_a_fraction_for_a_percent_is_refused_where_the_trades_say_so(history: History, fraction: str) -> None:
    trades = [as_external(trip.trade, realizedPnl=pnl) for trip, (pnl, _) in zip(history.rounds[:4], WINS, strict=True)]
    before = await history.trader.client.stored()
    payload = await history.trader.client.do("recordBacktest", name="x", metrics={"winRate": fraction}, trades=trades)
    [error] = payload["errors"]
    assert (error["code"], error["field"], error["message"]) == (
        "INVALID_INPUT",
        ["metrics", "winRate"],
        f"winRate is in percent: 2 of the 4 trades sent earned something, which is 50, not {fraction}",
    )
    assert await history.trader.client.stored() == before


@pytest.mark.parametrize(("win_rate", "pnls"), [("50", "1 -1"), ("0", "-1 -1"), ("1", "-1 " * 75 + "1"), ("50.1", "1")])
async def test_r39_a_win_rate_in_percent_is_kept_as_it_is(history: History, win_rate: str, pnls: str) -> None:
    trade = history.rounds[0].trade
    trades = [as_external(trade, realizedPnl=pnl, signalId=str(uuid4())) for pnl in pnls.split()]
    assert (await record(history.trader.client, {"winRate": win_rate}, trades=trades))["winRate"] == win_rate


async def test_r39_trades_without_an_id_get_one_from_their_content(history: History) -> None:
    client = history.trader.client
    first, second = (as_external(trip.trade) for trip in history.rounds[:2])
    nameless = [{name: value for name, value in one.items() if name != "signalId"} for one in (first, second)]
    noisy = {**nameless[0], "entryPrice": first["entryPrice"] + "0000000000001"}
    ids = [
        [
            trade["signalId"]
            for trade in (await comparison(history.trader, await record(client, {}, trades=trades)))["trades"]["missed"]
        ]
        for trades in (nameless, [*nameless[::-1], noisy])
    ]
    assert len(set(ids[0])) == 2
    assert ids[1][:2] == ids[0][::-1]
    assert len(set(ids[1])) == 3
    assert not {first["signalId"], second["signalId"]} & set(ids[0])


async def test_r37_a_bar_writes_nothing_for_accounts_that_hold_nothing(client: Client) -> None:
    idle, holding = [await newcomer(client) for _ in range(3)], await newcomer(client)
    await holding.send()
    before = [await trader.totals() for trader in idle]
    stored = await client.stored()
    await holding.see(holding.a_bar(HOUR + DAY, "99", "101"))
    after = await client.stored()
    assert [await trader.totals() for trader in idle] == before
    seldom = {"equity_days", "equity_hours"}  # the holder's, once in many bars
    changed = {name: after[name] - stored[name] for name in after.keys() - seldom if after[name] != stored[name]}
    ones = ("chain", "commands", "bars", "market_days")
    assert {**dict.fromkeys(ones, 1), "ordinal": 2} == changed
