"""Files of bars are read in blocks: what comes of that is what comes of reading row by row."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.files import bars_csv, ordered_rows
from api.files.bar_columns import NumberedBar
from api.files.bar_file import BarFile, checked
from api.files.bars_csv import CsvRow
from api.files.block_reader import BlockReader
from api.files.intervals import Interval, parse_timezone
from api.files.row_report import RowOutcome
from api.files.unusable import UnusableBars
from domain.market.bar import Bar
from tests.feeds.bar_files import a_file, complaint, opened, read

HEADERS = {
    "time,open,high,low,close": "{time},{open},{high},{low},{close}",
    "open,high,low,close,volume,date": "{open},{high},{low},{close},{volume},{time}",
    "Ticker,time,open,high,low,close,Volume,x": "{symbol},{time},{open},{high},{low},{close},{volume},{x}",
}
START = datetime(2024, 3, 30, 22, tzinfo=UTC)
"""Clocks are put forward in Europe/Zurich three hours later."""

PRICES = ("1", "1.0", "1.50", "0001.5", "1e0", " 1 ", '"1"', "1.123456785", "100000000", "42283.12345678")
BAD_PRICES = ("", "nan", "-1", "0", "0.000000001", "1.", ".5", "1_0", "10000000000", "x", '"', '"1\n"', "\udcff")
VOLUMES = ("1000", "", "NaN", "1e18", "0.5", "-1", "1e19", "x")
SYMBOLS = ("AAPL", "AAPL", "AAPL", "aapl", " AAPL", "MSFT", "A APL", "")
LAYOUTS = (
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S+00:00",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S.250Z",
    "%Y-%m-%dT%H:%M:%S-05:00",
    "%Y-%m-%dT%H:%Mz ",
)
BAD_TIMES = ("", "2024-02-30", "2024-02-30T10:00Z", "noon", "1700-01-01T00:00Z", "2024-03-31T02:30", "2024-03-31T24:00")
ODD_LINES = ("", " ", ",,,,", "1,2", '"', "\r", '"a\nb",1,1,1,1', "#" * 140_000)


@st.composite
def rows(draw: st.DrawFn, form: str, layout: str, is_odd: st.SearchStrategy[bool]) -> str:
    """Rows whose times mostly rise and whose figures are mostly fine, of which each in some may be odd."""

    def figure(usual: str, odd: tuple[str, ...]) -> str:
        return draw(st.sampled_from(odd)) if draw(is_odd) else usual

    lines, minute = [], 0
    for price in draw(st.lists(st.integers(2, 9), min_size=1, max_size=14)):
        minute += draw(st.sampled_from((0, -1, 2, 60, 1440))) if draw(is_odd) else 1
        if draw(is_odd):
            lines.append(draw(st.sampled_from(ODD_LINES)))
        usual = (START + timedelta(minutes=15 * minute)).strftime(layout)
        other = (START + timedelta(minutes=15 * minute)).strftime(draw(st.sampled_from(LAYOUTS)))
        cells = {name: figure(f"{price}.00", (*PRICES, *BAD_PRICES)) for name in ("open", "close")}
        cells |= {"high": figure("10", PRICES), "low": figure("0.5", (*PRICES, *BAD_PRICES))}
        cells |= {"volume": figure("1000", VOLUMES), "symbol": figure("AAPL", SYMBOLS), "x": figure("", ODD_LINES[:3])}
        lines.append(form.format(time=figure(usual, (other, *BAD_TIMES)), **cells))
    return draw(st.sampled_from(("\n", "\n", "\r\n"))).join(lines)


@st.composite
def files(draw: st.DrawFn) -> str:
    """A file with a header; in many nothing is odd."""
    header, form = draw(st.sampled_from(list(HEADERS.items())))
    layout = draw(st.sampled_from(LAYOUTS))
    is_odd = st.just(False) if draw(st.booleans()) else st.integers(0, 30).map(lambda number: number == 30)
    text = header + "\n" + draw(rows(form, layout, is_odd))
    return text + draw(st.sampled_from(("", "\n", "\n\n")))


@contextmanager
def row_by_row() -> Iterator[None]:
    """Nothing is read in blocks, nor kept in order."""
    with patch.object(BlockReader, "block", lambda *_: None), patch.object(CsvRow, "as_block", lambda _: None):
        yield


def outcome(file: BarFile, *, strict: bool) -> object:
    """All that comes of a file, to the last zero of its figures."""
    try:
        with checked(file, strict=strict) as bars:
            lines = [bars.report.lines(kind) for kind in RowOutcome]
            whole = (bars.interval, bars.count, bars.first, bars.last, bars.symbols, bars.notes, bars.remarks(), lines)
            return whole, list(map(repr, bars.bars())), list(bars.bars())
    except UnusableBars as problem:
        return problem.line, problem.reason


@given(
    text=files(),
    interval=st.sampled_from((None, "15m", "1m", "1h", "1d")),
    symbol=st.sampled_from((None, "AAPL", "aapl")),
    zone=st.sampled_from((None, None, "UTC", "Europe/Zurich", "America/New_York")),
    strict=st.booleans(),
    block=st.sampled_from((3, 7, 1_000)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_blocks_hold_the_same_bars_as_rows_and_the_same_is_said_of_them(
    tmp_path: Path, text: str, interval: str | None, symbol: str | None, zone: str | None, strict: bool, block: int
) -> None:
    path = tmp_path / "bars.csv"
    path.write_bytes(text.encode(errors="surrogateescape"))
    length = None if interval is None else Interval.parse(interval)
    file = BarFile(path, length, symbol, None if zone is None else parse_timezone(zone))
    with row_by_row():
        expected = outcome(file, strict=strict)
    with patch.object(bars_csv, "_BLOCK", block), patch.object(bars_csv, "_FEW", 1):
        assert outcome(file, strict=strict) == expected
        with patch.object(ordered_rows, "_MOST_GAPS", block), patch.object(ordered_rows, "_MOST_NO_BARS", 1):
            assert outcome(file, strict=strict) == expected


def minutes(count: int) -> list[str]:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    return [f"{(start + timedelta(minutes=number)).isoformat()},10,12.50,9,11,{number}\n" for number in range(count)]


def test_bars_of_a_block_are_those_that_the_constructor_makes(tmp_path: Path) -> None:
    bars = read(a_file(tmp_path, "time,open,high,low,close,volume\n" + "".join(minutes(2_500))))
    fields = [{name: getattr(row.bar, name) for name in Bar.__slots__} for row in bars]
    assert bars == [NumberedBar(line, Bar(**whole)) for line, whole in enumerate(fields, 2)]
    assert [repr(row.bar) for row in bars] == [repr(Bar(**whole)) for whole in fields]
    assert len({hash(row.bar) for row in bars}) == 2_500


def test_a_row_that_is_no_bar_is_named_by_its_line_among_thousands(tmp_path: Path) -> None:
    rows = minutes(3_000)
    rows[2_222] = rows[2_222].replace("12.50", "nan")
    with opened(a_file(tmp_path, "time,open,high,low,close,volume\n" + "".join(rows))) as bars:
        assert bars.report.sentences() == ["line 2224: unusable: high is missing"]
        assert [row.line for row in bars.bars()] == [line for line in range(2, 3_002) if line != 2_224]


@pytest.mark.parametrize(
    "figures",
    ["13,12.50,9,11", "8,12.50,9,11", "10,12.50,9,13", "10,12.50,9,8", "10,12.50,0,11", "10,1e10,9,11", "10,12.50,9,"],
)
def test_figures_that_no_bar_has_are_named_among_thousands(tmp_path: Path, figures: str) -> None:
    rows = minutes(3_000)
    rows[1_700] = rows[1_700].replace("10,12.50,9,11", figures)
    file = BarFile(a_file(tmp_path, "time,open,high,low,close,volume\n" + "".join(rows)), None, "AAPL")
    with row_by_row():
        expected = outcome(file, strict=False)
    assert outcome(file, strict=False) == expected
    assert "line 1702: unusable: " in repr(expected)


def test_a_cell_of_two_lines_among_thousands_moves_the_lines_after_it(tmp_path: Path) -> None:
    rows = [f"{row.strip()},\n" for row in minutes(3_000)]
    rows[1_500] = rows[1_500].replace(",\n", ',"a\nb"\n')
    bars = read(a_file(tmp_path, "time,open,high,low,close,volume,note\n" + "".join(rows)))
    assert [row.line for row in bars] == [*range(2, 1_502), *range(1_503, 3_003)]


def test_a_damaged_file_is_told_of_at_the_line_where_it_breaks(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv.gz"
    whole = gzip.compress(("time,open,high,low,close,volume\n" + "".join(minutes(5_000))).encode())
    path.write_bytes(whole[: len(whole) // 2])
    with row_by_row():
        expected = complaint(path)
    assert complaint(path) == expected
    assert "the compressed file is damaged from here on" in expected


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "America/St_Johns"])
def test_a_year_of_half_hours_in_a_zone_is_read_the_same_in_blocks(tmp_path: Path, zone: str) -> None:
    start = datetime(2007, 1, 1)
    walls = [start + number * timedelta(minutes=30) for number in range(365 * 48) if number % 48 in range(10, 40)]
    text = "time,open,high,low,close\n" + "".join(f"{wall},10,12,9,11\n" for wall in walls)
    file = BarFile(a_file(tmp_path, text), Interval.parse("30m"), "AAPL", parse_timezone(zone))
    with row_by_row():
        expected = outcome(file, strict=False)
    assert outcome(file, strict=False) == expected
