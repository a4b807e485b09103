"""Two symbols' real bars, and signals of every kind on many accounts, in rounds: what one campaign sends to a desk.

Everything about it is fixed, ids too, so that two desks that were sent the same must hold the same. The requests of a
round concern different accounts, so that it does not matter in which order the desk takes them.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from functools import partial
from itertools import cycle
from typing import Any

from api.feeds.demo import DATA
from api.files.bar_file import BarFile, checked
from api.files.intervals import Interval
from domain.market.bar import Bar
from tests.faults.scale import sized

SYMBOLS = ("AAPL", "MSFT")
ACCOUNTS = tuple(f"account-{number}" for number in range(sized(8, 32)))
DAYS = 1_008
DAYS_A_ROUND = 24
SIGNALS = sized(300, 20_000)
IDS = uuid.UUID("0d4b7b1c-3c5e-4c6f-9a55-6b1d6c1f2a10")

INGEST = "mutation ($input: IngestBarsInput!) { ingestBars(input: $input) { applied duplicate errors { code } } }"
ENABLE = "mutation ($input: EnableInput!) { enable(input: $input) { errors { code } } }"
EXECUTE = """mutation ($input: ExecuteSignalInput!) {
  executeSignal(input: $input) { replayed signal { signalId } errors { code } } }"""
AMEND_POSITION = "mutation ($input: AmendPositionInput!) { amendPosition(input: $input) { errors { code } } }"
AMEND_SIGNAL = "mutation ($input: AmendSignalInput!) { amendSignal(input: $input) { errors { code } } }"
CLOSE = "mutation ($input: ClosePositionInput!) { closePosition(input: $input) { errors { code } } }"

SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"intrabar": "OPTIMISTIC", "scaleOutPercent": "30", "slippage": {"volumeShare": {}}, "leverage": "2"},
    {"commission": {"basisPoints": "5"}, "maxHoldingDays": 20, "breakEvenAfterTarget1": True},
    {"maxHeatPercent": "1", "useRealisticFills": False},
)
"""What accounts are enabled with, by turns."""


@dataclass(frozen=True)
class Request:
    """A mutation that is harmless to repeat."""

    document: str
    input: dict[str, Any]


Round = list[Request]


def campaign() -> Iterator[Round]:
    """All rounds: bars of some days, then a signal on some or all accounts, in turn, and a change to each of them."""
    bars = [first_days(symbol) for symbol in SYMBOLS]
    sent = 0
    for day in range(0, DAYS, DAYS_A_ROUND):
        until = day + DAYS_A_ROUND
        yield [Request(INGEST, {"bars": [bar_input(bar) for symbol in bars for bar in symbol[day:until]]})]
        if day == 0:
            yield [
                Request(ENABLE, {"account": name, "settings": own})
                for name, own in zip(ACCOUNTS, cycle(SETTINGS), strict=False)
            ]
        due = SIGNALS * until // DAYS
        while sent < due:
            accounts = ACCOUNTS[: due - sent]
            yield [
                Request(EXECUTE, signal_json(sent + index, name, bars, until - 1))
                for index, name in enumerate(accounts)
            ]
            yield [change_to(sent + index, name, bars, until - 1) for index, name in enumerate(accounts)]
            sent += len(accounts)


def first_days(symbol: str) -> list[Bar]:
    with checked(BarFile(DATA / f"{symbol}.csv.gz", Interval.parse("1d"), symbol)) as bars:
        return [row.bar for row, _ in zip(bars.bars(), range(DAYS), strict=False)]


def bar_input(bar: Bar) -> dict[str, str]:
    figures = {name: f"{getattr(bar, name):f}" for name in ("open", "high", "low", "close", "volume")}
    return {"symbol": bar.symbol, "start": bar.start.isoformat(), "end": bar.end.isoformat(), **figures}


def signal_json(number: int, account: str, bars: list[list[Bar]], day: int) -> dict[str, Any]:
    """One of 48 kinds: entry, side, symbol, size and exits all take turns."""
    bar, up, level = bar_of(number, bars, day), direction_of(number), partial(level_of, number, bars, day)
    entry = ("MARKET", "NEXT_OPEN", "LIMIT", "STOP")[number % 4]
    input_: dict[str, Any] = {
        "account": account,
        "id": str(uuid.uuid5(IDS, str(number))),
        "symbol": bar.symbol,
        "side": "LONG" if up > 0 else "SHORT",
        "entry": entry,
        "stopLoss": level("-4"),
        "target1": level("5"),
        "campaignId": f"campaign {number // 10}",
    }
    if entry in ("LIMIT", "STOP"):
        input_ |= {"entryPrice": level("-2" if entry == "LIMIT" else "2")}
        input_ |= {"goodUntil": (bar.end + timedelta(days=4)).isoformat()}
    input_ |= {"target2": level("9")} if number % 5 else {"expiresAt": (bar.end + timedelta(days=15)).isoformat()}
    input_ |= (
        {"riskPercent": "0.7"} if number % 3 else {"quantity": "9000" if number % 12 == 3 else str(20 + number % 80)}
    )
    if number % 7 == 0:
        input_ |= {"trailingStop": {"activation": level("3"), "offset": "1.50"}}
    return input_


def change_to(number: int, account: str, bars: list[list[Bar]], day: int) -> Request:
    """What becomes of a signal right after it: what waits is amended, what is open as well, or closed in part."""
    named = {"account": account, "signalId": str(uuid.uuid5(IDS, str(number)))}
    named |= {"id": str(uuid.uuid5(IDS, f"{number} changed"))}
    if number % 4:
        return Request(AMEND_SIGNAL, named | {"stopLoss": level_of(number, bars, day, "-5"), "note": "amended"})
    if number % 8:
        return Request(CLOSE, named | {"percent": "40"})
    return Request(AMEND_POSITION, named | {"stopLoss": level_of(number, bars, day, "-3"), "target2": None})


def bar_of(number: int, bars: list[list[Bar]], day: int) -> Bar:
    return bars[number // 3 % 2][day]


def direction_of(number: int) -> int:
    return 1 if number // 2 % 2 else -1


def level_of(number: int, bars: list[list[Bar]], day: int, percent: str) -> str:
    """A price so far from the close, in the signal's direction, in whole cents."""
    price = bar_of(number, bars, day).close * (1 + direction_of(number) * Decimal(percent) / 100)
    return str(price.quantize(Decimal("0.01"), ROUND_DOWN))
