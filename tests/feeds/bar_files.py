"""Files of bars, read as a command reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.files.bar_columns import NumberedBar
from api.files.bar_file import BarFile, CheckedBars, checked
from api.files.intervals import Interval, parse_timezone
from api.files.unusable import UnusableBars

HEADER = "date,open,high,low,close,volume\n"
MONDAY = "2024-01-08,10,12,9,11,1000\n"
TUESDAY = "2024-01-09,11,13,10,12,2000\n"
TIMES = "time,open,high,low,close\n"
SEVERAL = "Ticker,date,open,high,low,close\nA,2024-01-08,1,1,1,1\nB,2024-01-08,2,2,2,2\nA,2024-01-09,3,3,3,3\n"


def a_file(folder: Path, text: str) -> Path:
    path = folder / "bars.csv"
    path.write_bytes(text.encode())
    return path


@contextmanager
def opened(
    path: Path,
    *,
    interval: str | None = None,
    symbol: str | None = "AAPL",
    timezone: str | None = None,
    strict: bool = False,
) -> Iterator[CheckedBars]:
    zone = None if timezone is None else parse_timezone(timezone)
    length = None if interval is None else Interval.parse(interval)
    with checked(BarFile(path, length, symbol, zone), strict=strict) as bars:
        yield bars


def read(
    path: Path, *, interval: str | None = None, symbol: str | None = "AAPL", timezone: str | None = None
) -> list[NumberedBar]:
    """The bars of a file in which there is nothing to complain of."""
    with opened(path, interval=interval, symbol=symbol, timezone=timezone) as bars:
        assert bars.report.sentences() == []
        return list(bars.bars())


def named(
    path: Path, *, interval: str | None = None, symbol: str | None = "AAPL", timezone: str | None = None
) -> list[str]:
    """The messages about rows that are no bars."""
    with opened(path, interval=interval, symbol=symbol, timezone=timezone) as bars:
        return bars.report.sentences()


def complaint(
    path: Path,
    *,
    interval: str | None = None,
    symbol: str | None = "AAPL",
    timezone: str | None = None,
    strict: bool = False,
) -> str:
    """Why the whole file cannot be used."""
    with (
        pytest.raises(UnusableBars) as caught,
        opened(path, interval=interval, symbol=symbol, timezone=timezone, strict=strict),
    ):
        pass
    return str(caught.value)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def spans(bars: list[NumberedBar]) -> list[tuple[datetime, datetime]]:
    return [(row.bar.start, row.bar.end) for row in bars]
