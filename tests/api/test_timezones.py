"""R34, R37, R38: the account's days, months and periods in a year, as a client sees them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.api.desk import DAY, Client, Json, Trader, desk_on, figures, instant, newcomer, nothing_is_kept
from tests.backtest.parity import assert_parity
from tests.service.desks import verified

pytestmark = pytest.mark.asyncio(loop_scope="module")

FREE = {"useRealisticFills": False, "maxTradeRiskPercent": "100", "maxHeatPercent": "100"}
REPORT = """query Report($account: String!, $session: Int, $filter: ReportFilter) {
  report(account: $account, session: $session, filter: $filter) {
    days from exposurePercent returnPercent periodsPerYear volatility
    monthlyReturns { year month percent } liveEligibility { evidence { tradingDays } } } }"""
TOKYO = ZoneInfo("Asia/Tokyo")


async def report_of(trader: Trader, **arguments: Any) -> Json:
    report: Json = (await trader.client.ask(REPORT, account=trader.account, **arguments))["report"]
    return report


def months_of(report: Json) -> list[tuple[int, str]]:
    return [(month["month"], month["percent"]) for month in report["monthlyReturns"]]


def daily_bars(trader: Trader, zone: ZoneInfo, first: date, closes: Sequence[str]) -> list[Json]:
    """A bar a day from midnight to midnight of a zone, written with its offset, as files of exchanges do."""
    bars = []
    for place, close in enumerate(closes):
        start, end = (datetime.combine(first + (place + after) * DAY, datetime.min.time(), zone) for after in (0, 1))
        bars.append({**trader.a_bar(start, close, close), "start": start.isoformat(), "end": end.isoformat()})
    return bars


async def holder(client: Client, timezone: str | None, opened: datetime, **content: Any) -> Trader:
    """A trader who holds 100 units bought at 100 for nothing: a dollar a unit is 0.1 % of the equity."""
    trader = await newcomer(client, **FREE, timezone=timezone)
    sent = {"timestamp": instant(opened), "stopLoss": "50", "target1": "300", **content}
    assert (await trader.send(**sent))["errors"] == []
    return trader


@pytest.mark.parametrize(
    ("timezone", "months"),
    [("Asia/Tokyo", [(1, "2"), (2, "0.980392156863")]), (None, [(1, "3")])],
    ids=["Tokyo", "UTC"],
)
async def test_r38_daily_bars_of_tokyo_fall_into_their_own_month(
    client: Client, timezone: str | None, months: list[tuple[int, str]]
) -> None:
    """Midnight of Tokyo's 1 February is still January's in UTC: what the first of February made is January's there."""
    trader = await holder(client, timezone, datetime(2024, 1, 30, tzinfo=TOKYO))
    await trader.see(*daily_bars(trader, TOKYO, date(2024, 1, 30), ["110", "120", "130"]))
    shown = await report_of(trader)
    assert (shown["days"], months_of(shown)) == (3, months)
    assert shown["from"] == ("2024-01-29T15:00:00Z" if timezone else "2024-01-29T00:00:00Z")


async def test_r38_a_span_of_a_report_touches_days_of_the_accounts_zone(client: Client) -> None:
    trader = await holder(client, "Asia/Tokyo", datetime(2024, 1, 30, tzinfo=TOKYO))
    await trader.see(*daily_bars(trader, TOKYO, date(2024, 1, 30), ["110", "120", "130", "140"]))
    span = {"from": "2024-01-31T00:00:00+09:00", "to": "2024-02-02T00:00:00+09:00"}
    shown = await report_of(trader, filter=span)
    assert (shown["days"], months_of(shown)) == (2, [(1, "0.990099009901"), (2, "0.980392156863")])
    later = await report_of(trader, filter={**span, "to": "2024-02-02T00:00:01+09:00"})
    assert later["days"] == 3


@pytest.mark.parametrize(("side", "closes"), [("LONG", ("91", "82")), ("SHORT", ("109", "118"))])
async def test_r34_the_days_loss_is_of_the_accounts_day(client: Client, side: str, closes: tuple[str, str]) -> None:
    opened = datetime(2024, 3, 4, 9, tzinfo=UTC)
    levels = {} if side == "LONG" else {"side": "SHORT", "stopLoss": "150", "target1": "10"}
    halted = []
    for timezone in ("UTC", "Asia/Tokyo"):
        trader = await holder(client, timezone, opened, **levels)
        await trader.do("updateSettings", settings={"maxDailyLossPercent": "1"})
        for hour, close in zip((14, 15), closes, strict=True):
            await trader.quote(opened.replace(hour=hour), close)
        halted.append((await trader.totals())["haltReason"])
    assert halted == ["the day's loss, from 100000 to 98200, exceeds 1 %", None]


async def test_r34_a_timezone_is_fixed_with_a_session_and_said_so_like_the_starting_capital(client: Client) -> None:
    trader = await newcomer(client, timezone="Asia/Tokyo", startingCapital="50000")
    changed = (await trader.do("updateSettings", settings={"timezone": "Europe/Zurich", "startingCapital": "60000"}))[
        "account"
    ]
    assert figures(changed["settings"], "timezone", "startingCapital") == ["Europe/Zurich", "60000"]
    assert figures(changed["session"], "timezone", "startingCapital") == ["Asia/Tokyo", "50000"]
    assert changed["timezone"] == "Asia/Tokyo"
    after = (await trader.do("reset"))["account"]
    assert figures(after["session"], "timezone", "startingCapital") == ["Europe/Zurich", "60000"]
    assert after["timezone"] == "Europe/Zurich"
    ended = (await trader.list("sessions"))[1]
    assert figures(ended, "number", "timezone") == [1, "Asia/Tokyo"]
    again = (await trader.do("reset", settings={"timezone": None}))["account"]
    assert (again["timezone"], again["settings"]["timezone"]) == ("UTC", "UTC")


async def test_r34_an_unknown_timezone_is_refused_everywhere_and_changes_nothing(trader: Trader) -> None:
    wrong = {"timezone": "Europe/Zuerich", "leverage": "2"}
    async with nothing_is_kept(trader):
        answers = [
            await trader.do("updateSettings", settings=wrong),
            await trader.do("reset", settings=wrong),
            await trader.client.do("enable", account=f"{trader.account}-new", settings=wrong),
        ]
    for answer in answers:
        [error] = answer["errors"]
        assert figures(error, "code", "field") == ["INVALID_INPUT", ["timezone"]]
        assert error["message"].startswith(
            "timezone must be an IANA name such as Europe/Zurich, not 'Europe/Zuerich': is it Europe/Zurich"
        )


@pytest.mark.parametrize(
    ("traded", "setting", "periods"),
    [
        (["CRYPTO"], None, 365),
        (["CRYPTO", "STOCK"], None, 252),
        (["STOCK"], None, 252),
        ([], None, 252),
        (["CRYPTO"], 260, 260),
    ],
)
async def test_r38_periods_in_a_year_follow_from_what_was_traded(
    client: Client, traded: list[str], setting: int | None, periods: int
) -> None:
    trader = await newcomer(client, **FREE, periodsPerYear=setting)
    start = datetime(2024, 5, 6, tzinfo=UTC)
    for asset_class in traded:
        content = {"assetClass": asset_class, "symbol": f"{trader.symbol}{asset_class}"}
        assert (await trader.send(**content, stopLoss="50", target1="300", timestamp=instant(start)))["errors"] == []
    refused = await trader.send(symbol=f"{trader.symbol}X", stopLoss="101")
    assert refused["errors"] != []
    for place, close in enumerate(("100", "101", "100")):
        for asset_class in traded:
            bar = trader.a_bar(start + place * DAY, close, close)
            await trader.see({**bar, "symbol": f"{trader.symbol}{asset_class}"})
    shown = await report_of(trader)
    assert shown["periodsPerYear"] == periods
    assert (await trader.totals())["settings"]["periodsPerYear"] == periods
    if len(traded) == 1:
        daily = (0.001 + 100 / 100_100) / 2**0.5 * 100
        assert float(shown["volatility"]) == pytest.approx(daily * periods**0.5)


async def wait_for_data(trader: Trader, moment: datetime) -> None:
    sent = {"symbol": "DATA", "timestamp": instant(moment), "entry": "LIMIT", "entryPrice": "100", "marketPrice": None}
    assert (await trader.send(**sent))["errors"] == []


async def test_r38_days_with_data_are_those_that_a_calendar_shows(database_url: str, tmp_path: Path) -> None:
    """Quotes at odd times around the days' ends, over clock changes, and sessions that begin among them.

    The backtest of an export has the same days.
    """
    random = Random(5)
    zones = ["Asia/Kathmandu", "America/New_York", "America/St_Johns", "Pacific/Apia", "UTC"]
    async with desk_on(database_url) as client:
        traders = [await newcomer(client, **FREE, timezone=zone) for zone in zones]
        seen: dict[tuple[str, int], set[datetime]] = {}
        moment, sessions = datetime(2011, 3, 11, tzinfo=UTC), dict.fromkeys(zones, 1)
        for trader in traders:
            await wait_for_data(trader, moment)
        for _ in range(70):
            moment += timedelta(minutes=random.choice((15, 30, 60, 345, 1440, 60 * 24 * 9)))
            await client.do("ingestQuotes", quotes=[{"symbol": "DATA", "time": instant(moment), "price": "150"}])
            for trader, zone in zip(traders, zones, strict=True):
                seen.setdefault((zone, sessions[zone]), set()).add(moment)
                if random.random() < 0.04:
                    sessions[zone] += 1
                    await trader.do("reset")
                    await wait_for_data(trader, moment)
        for trader, zone in zip(traders, zones, strict=True):
            for session in range(1, sessions[zone] + 1):
                moments = seen.get((zone, session), set())
                days = {moment.astimezone(ZoneInfo(zone)).date() for moment in moments}
                assert (await report_of(trader, session=session))["days"] == len(days), (zone, session)
                backtest = await assert_parity(client, trader.account, session, tmp_path)
                assert {day.day for day in backtest.days} == days
    assert "no differences" in await verified(database_url)
