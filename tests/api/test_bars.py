"""Bars read back: as they were stored, coarser, in pages."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from api.application import bars as application
from tests.api.desk import DAY, OPENING, Json, Trader, figures, instant

pytestmark = pytest.mark.asyncio(loop_scope="module")

BARS = (
    'query Bars($symbol: String!, $from: DateTime, $to: DateTime, $interval: String, $timezone: String! = "UTC", '
    "$first: Int! = 500, $after: String) { bars(symbol: $symbol, from: $from, to: $to, interval: $interval, "
    "timezone: $timezone, first: $first, after: $after) { edges { cursor } nodes { symbol start end open high low "
    "close volume bars } pageInfo { hasNextPage endCursor } totalCount } }"
)
QUARTER = timedelta(minutes=15)


async def page(trader: Trader, **variables: Any) -> Json:
    found: Json = (await trader.client.ask(BARS, symbol=trader.symbol, **variables))["bars"]
    return found


async def all_pages(trader: Trader, **variables: Any) -> list[Json]:
    pages = [await page(trader, **variables)]
    while pages[-1]["pageInfo"]["hasNextPage"]:
        assert pages[-1]["nodes"]
        pages.append(await page(trader, **variables, after=pages[-1]["pageInfo"]["endCursor"]))
    return pages


def quarter(trader: Trader, number: int, price: str = "100", **content: Any) -> Json:
    start = OPENING + number * QUARTER
    return trader.a_bar(start, price, price, end=instant(start + QUARTER), **content)


async def quarters(trader: Trader, *numbers: int) -> None:
    answer = await trader.see(*(quarter(trader, number, str(100 + number % 7), volume="10") for number in numbers))
    assert answer["applied"] == len(numbers)


async def test_stored_bars_are_listed_newest_first(trader: Trader) -> None:
    await quarters(trader, 0, 1, 5)
    shown = await page(trader)
    assert [figures(bar, "start", "end", "close", "bars") for bar in shown["nodes"]] == [
        [instant(OPENING + 5 * QUARTER), instant(OPENING + 6 * QUARTER), "105", 1],
        [instant(OPENING + QUARTER), instant(OPENING + 2 * QUARTER), "101", 1],
        [instant(OPENING), instant(OPENING + QUARTER), "100", 1],
    ]
    assert figures(shown, "totalCount", "pageInfo") == [
        3,
        {"hasNextPage": False, "endCursor": shown["edges"][-1]["cursor"]},
    ]


async def test_from_and_to_take_bars_that_start_in_between(trader: Trader) -> None:
    await quarters(trader, *range(8))
    span = {"from": instant(OPENING + QUARTER), "to": instant(OPENING + 3 * QUARTER)}
    assert [bar["close"] for bar in (await page(trader, **span))["nodes"]] == ["102", "101"]
    middle = {"from": instant(OPENING + timedelta(minutes=1)), "interval": "1h"}
    assert [bar["start"] for bar in (await page(trader, **middle))["nodes"]] == [
        instant(OPENING + timedelta(minutes=90)),
        instant(OPENING + timedelta(minutes=30)),
    ]


async def test_coarser_bars_are_made_of_what_is_there_and_say_of_how_many(trader: Trader) -> None:
    await quarters(trader, 0, 1, 2, 5, 20)
    shown = await page(trader, interval="1h", timezone="Asia/Kolkata")
    assert [figures(bar, "start", "bars", "open", "high", "close", "volume") for bar in shown["nodes"]] == [
        [instant(OPENING + 20 * QUARTER), 1, "106", "106", "106", "10"],
        [instant(OPENING + 4 * QUARTER), 1, "105", "105", "105", "10"],
        [instant(OPENING), 3, "100", "102", "102", "30"],
    ]
    assert shown["totalCount"] == 3


async def test_days_are_those_of_the_timezone(trader: Trader) -> None:
    await trader.see(*(trader.a_bar(OPENING + number * DAY, "100", "101") for number in range(3)))
    days = await page(trader, interval="1d", timezone="America/New_York")
    assert [bar["start"] for bar in days["nodes"]] == [f"2024-01-0{day}T05:00:00Z" for day in (4, 3, 2)]
    weeks = await page(trader, interval="1w")
    assert [figures(bar, "start", "bars") for bar in weeks["nodes"]] == [["2024-01-01T00:00:00Z", 3]]


async def test_pages_follow_each_other_while_bars_come(trader: Trader) -> None:
    await quarters(trader, *range(12))
    for interval in (None, "1h"):
        whole = (await page(trader, interval=interval))["nodes"]
        pages = await all_pages(trader, interval=interval, first=2)
        assert [bar for shown in pages for bar in shown["nodes"]] == whole
    first = await page(trader, first=3)
    await quarters(trader, 40)
    rest = await page(trader, after=first["pageInfo"]["endCursor"])
    assert [bar["start"] for bar in rest["nodes"]] == [
        instant(OPENING + number * QUARTER) for number in range(8, -1, -1)
    ]


async def test_a_page_that_would_be_made_of_very_many_bars_is_shorter_and_has_a_next_one(
    trader: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await quarters(trader, *range(40))
    whole = (await page(trader, interval="1h"))["nodes"]
    monkeypatch.setattr(application, "_AT_ONCE", 3)
    monkeypatch.setattr(application, "_MOST_READ", 9)
    pages = await all_pages(trader, interval="1h")
    assert [bar for shown in pages for bar in shown["nodes"]] == whole
    assert len(pages) > 3
    assert {shown["totalCount"] for shown in pages} == {len(whole)}


async def test_volumes_as_large_as_can_be_sent_are_summed_exactly(trader: Trader) -> None:
    await trader.see(*(quarter(trader, number, volume="1000000000000000000") for number in range(3)))
    await trader.see(quarter(trader, 3, volume="0.00000001"))
    assert [bar["volume"] for bar in (await page(trader, interval="1h"))["nodes"]] == [
        "1000000000000000000.00000001",
        "2000000000000000000",
    ]


async def test_retracted_bars_are_not_shown(trader: Trader) -> None:
    await quarters(trader, 0, 1, 2)
    await trader.client.do("retractMarketData", symbol=trader.symbol, **{"from": instant(OPENING + 2 * QUARTER)})
    assert [bar["close"] for bar in (await page(trader))["nodes"]] == ["101", "100"]
    assert [bar["bars"] for bar in (await page(trader, interval="1d"))["nodes"]] == [2]


async def test_a_finer_interval_than_what_is_stored_is_refused_with_both(trader: Trader) -> None:
    await trader.see(trader.a_bar(OPENING, "100", "101"))
    assert await trader.client.error(BARS, symbol=trader.symbol, interval="1h") == (
        "BAD_USER_INPUT",
        f"`interval` 1h is finer than what is stored of {trader.symbol}: the bar from {instant(OPENING)} is 1 day long",
    )


async def test_what_means_nothing_is_refused_and_what_is_not_there_is_null(trader: Trader) -> None:
    await quarters(trader, 0)
    wrong: list[Json] = [
        {"interval": "2h"},
        {"timezone": "Nowhere/Land"},
        {"first": 0},
        {"first": 1001},
        {"after": "x"},
        {"after": (await page(trader, interval="1h"))["pageInfo"]["endCursor"]},
    ]
    errors = [await trader.client.error(BARS, symbol=trader.symbol, **content) for content in wrong]
    assert {code for code, _ in errors} == {"BAD_USER_INPUT"}
    assert [message for _, message in errors][:4] == [
        "`interval` must be one of 1m, 5m, 15m, 1h, 4h, 1d, 1w, not '2h'",
        "timezone must be an IANA name such as Europe/Zurich, not 'Nowhere/Land'",
        "`first` must be from 1 to 1000, not 0",
        "`first` must be from 1 to 1000, not 1001",
    ]
    for symbol in ("NONE", "no symbol", "\x00"):
        assert (await trader.client.ask(BARS, symbol=symbol))["bars"] is None
    edges = {"from": "1800-01-01T00:00:00Z", "to": "2199-12-31T23:59:59Z", "interval": "1w"}
    assert len((await page(trader, **edges, timezone="America/New_York"))["nodes"]) == 1
    before = {"to": "1800-01-01T00:00:00Z", "interval": "1d"}
    assert (await page(trader, **before))["nodes"] == []


async def test_a_page_of_bars_is_read_by_an_index_alone(trader: Trader) -> None:
    query = (
        "EXPLAIN QUERY PLAN SELECT * FROM bars WHERE symbol = 'A' AND retracted IS NULL AND start < 5 "
        "ORDER BY start DESC LIMIT 10"
    )
    async with trader.client.database.connect() as connection, connection.begin():
        if trader.client.database.dialect.name != "sqlite":
            return
        plan = [row.detail for row in await connection.execute(text(query))]
    assert plan == ["SEARCH bars USING INDEX uq_bars_symbol_start_end (symbol=? AND start<?)"]
