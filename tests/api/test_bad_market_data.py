"""Market data that is not applied: named by its index and a message, while the rest of the batch is applied."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.desk import DAY, OPENING, Json, Trader, instant, nothing_is_kept

pytestmark = pytest.mark.asyncio(loop_scope="module")

SYMBOLS = "symbol must be 1 to 32 of A-Z, 0-9 and . - / : _ ^ = &, starting with none of the marks but ^; not "
IN_THE_FUTURE = "it ends over a minute in the future (R6)"

NONSENSE: list[tuple[Json, str]] = [
    ({"low": "106"}, "open must lie between low and high"),
    ({"high": "99", "low": "101"}, "open must lie between low and high"),
    ({"open": "106"}, "open must lie between low and high"),
    ({"close": "94.99999999"}, "close must lie between low and high"),
    ({"open": "0"}, "open must be above 0, not 0"),
    ({"high": "-105"}, "high must be above 0, not -105"),
    ({"low": "0"}, "low must be above 0, not 0"),
    ({"close": "-1"}, "close must be above 0, not -1"),
    ({"volume": "-1"}, "volume must be at least 0, not -1"),
    ({"end": instant(OPENING)}, "start must be before end"),
    ({"end": instant(OPENING - DAY)}, "start must be before end"),
    ({"start": "2100-01-01T00:00:00Z", "end": "2100-01-02T00:00:00Z"}, IN_THE_FUTURE),
    ({"end": "2100-01-02T00:00:00Z"}, IN_THE_FUTURE),
    ({"symbol": "A" * 1_000}, SYMBOLS + "1000 characters"),
    ({"symbol": "A\x00"}, SYMBOLS + "'A\\x00'"),
    ({"symbol": "aapl"}, SYMBOLS + "'aapl'"),
]


def bar_json(trader: Trader, start: datetime = OPENING, **content: str) -> Json:
    return {**trader.a_bar(start, "95", "105", close="100"), **content}


def counted(**counts: Any) -> Json:
    nothing = {"applied": 0, "duplicate": 0, "late": 0, "conflict": 0, "fills": 0, "rejected": [], "errors": []}
    return {**nothing, **counts}


def invalid(index: int, message: str) -> Json:
    """What is said of an item that is rejected for what it is."""
    code = "IN_THE_FUTURE" if message == IN_THE_FUTURE else "INVALID_INPUT"
    return {"index": index, "outcome": "INVALID", "code": code, "message": message}


async def test_bars_that_make_no_sense_are_named_and_change_nothing(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        answer = await trader.see(*({**bar_json(trader), **content} for content, _ in NONSENSE))
    assert answer == counted(rejected=[invalid(index, message) for index, (_, message) in enumerate(NONSENSE)])


async def test_quotes_that_make_no_sense_are_named_and_change_nothing(trader: Trader) -> None:
    quotes = [
        {"symbol": trader.symbol, "time": instant(OPENING), "price": "0"},
        {"symbol": trader.symbol, "time": instant(OPENING), "price": "-1"},
        {"symbol": trader.symbol, "time": "2100-01-01T00:00:00Z", "price": "1"},
        {"symbol": "", "time": instant(OPENING), "price": "1"},
    ]
    async with nothing_is_kept(trader):
        answer = await trader.client.do("ingestQuotes", quotes=quotes)
    messages = ["price must be above 0, not 0", "price must be above 0, not -1", IN_THE_FUTURE, SYMBOLS + "''"]
    assert answer == counted(rejected=[invalid(index, message) for index, message in enumerate(messages)])


async def test_a_quote_of_this_minute_is_not_from_the_future(trader: Trader) -> None:
    assert await trader.quote(datetime.now(UTC) + timedelta(seconds=30), "100") == counted(applied=1)


async def test_late_duplicate_and_conflicting_bars_change_nothing(trader: Trader) -> None:
    known = [bar_json(trader, OPENING + number * DAY) for number in range(3)]
    assert await trader.see(*known) == counted(applied=3)
    conflicting = {**known[1], "close": "101"}
    late = bar_json(trader, OPENING + timedelta(hours=1))
    async with nothing_is_kept(trader):
        answer = await trader.see(known[2], conflicting, late, known[0])
    moved_on = f"{trader.symbol} has moved on to 2024-01-05T14:30:00Z (R7)"
    applied = "a bar of that start and end was applied before: open 100, high 105, low 95, close 100"
    assert answer == counted(
        duplicate=2,
        conflict=1,
        late=1,
        rejected=[
            {"index": 1, "outcome": "CONFLICT", "code": "CONFLICT", "message": applied},
            {"index": 2, "outcome": "LATE", "code": "LATE", "message": moved_on},
        ],
    )


async def test_late_and_repeated_quotes_change_nothing(trader: Trader) -> None:
    assert await trader.quote(OPENING, "100") == counted(applied=1)
    async with nothing_is_kept(trader):
        again = await trader.quote(OPENING, "100.00")
        late = await trader.quote(OPENING - timedelta(microseconds=1), "100")
    assert again == counted(duplicate=1)
    message = f"{trader.symbol} has moved on to 2024-01-02T14:30:00Z (R7)"
    assert late == counted(late=1, rejected=[{"index": 0, "outcome": "LATE", "code": "LATE", "message": message}])


async def test_the_valid_part_of_a_batch_is_applied(trader: Trader) -> None:
    bad, good = bar_json(trader, low="101"), bar_json(trader, OPENING + DAY)
    answer = await trader.see(good, bad, good)
    assert (answer["applied"], answer["duplicate"]) == (1, 1)
    assert [(rejection["index"], rejection["outcome"]) for rejection in answer["rejected"]] == [(1, "INVALID")]


async def test_five_thousand_and_one_bars_are_too_many_at_once(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        answer = await trader.client.malformed("ingestBars", bars=[bar_json(trader)] * 5_001)
    assert answer == ("LIMIT_EXCEEDED", "Send at most 5000 values at once as $input.bars, not 5001.")


async def test_an_empty_batch_is_accepted(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        assert await trader.see() == counted()


async def test_a_bar_that_would_overflow_an_account_closes_it_out_and_is_applied(trader: Trader) -> None:
    await trader.do("updateSettings", settings={"leverage": "50"})
    await trader.send(marketPrice="1", stopLoss="0.9999", target1="9999999999", quantity="4000000")
    answer = await trader.see(trader.a_bar(OPENING + DAY, "9000", "9000"))
    assert answer == counted(applied=1, fills=1)
    [position] = await trader.list("positions")
    assert (position["status"], position["fills"][-1]["price"]) == ("CLOSED", "0.9998")
    reason = f"at the next prices of {trader.symbol} it would be worth 10000000000 or more (R1)"
    assert (await trader.totals())["haltReason"] == reason
