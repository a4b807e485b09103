"""Reading bars from files: what is a bar, what is not, and on which line."""

import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from api.feeds.bars_csv import BadRow, NumberedBar, count_rows, read_bars
from api.feeds.intervals import Interval, parse_timezone
from domain.market import Bar

HEADER = "date,open,high,low,close,volume\n"
MONDAY = "2024-01-08,10,12,9,11,1000\n"
TUESDAY = "2024-01-09,11,13,10,12,2000\n"


def a_file(folder: Path, text: str) -> Path:
    path = folder / "bars.csv"
    path.write_bytes(text.encode())
    return path


def read(
    path: Path, *, interval: str = "1d", symbol: str | None = "AAPL", timezone: str | None = None
) -> list[NumberedBar]:
    zone = None if timezone is None else parse_timezone(timezone)
    return list(read_bars(path, interval=Interval.parse(interval), symbol=symbol, timezone=zone))


def bad_row(path: Path, *, interval: str = "1d", symbol: str | None = "AAPL", timezone: str | None = None) -> str:
    with pytest.raises(BadRow) as caught:
        read(path, interval=interval, symbol=symbol, timezone=timezone)
    return str(caught.value)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_row_of_a_daily_file_is_a_bar_of_that_day_in_utc(tmp_path: Path) -> None:
    assert read(a_file(tmp_path, HEADER + MONDAY)) == [
        NumberedBar(
            2,
            Bar(
                "AAPL",
                utc(2024, 1, 8),
                utc(2024, 1, 9),
                Decimal(10),
                Decimal(12),
                Decimal(9),
                Decimal(11),
                Decimal(1000),
            ),
        )
    ]


def test_figures_are_kept_to_the_last_digit(tmp_path: Path) -> None:
    path = a_file(tmp_path, HEADER + "2024-01-08,0.10000001,9999999999.99999999,0.00000001,0.3,0\n")
    bar = read(path)[0].bar
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (
        Decimal("0.10000001"),
        Decimal("9999999999.99999999"),
        Decimal("0.00000001"),
        Decimal("0.3"),
        Decimal(0),
    )


@pytest.mark.parametrize("name", ["date", "Date", "TIME", "timestamp", "Datetime", " start "])
def test_the_column_of_the_start_goes_by_its_common_names(tmp_path: Path, name: str) -> None:
    path = a_file(tmp_path, f"{name},Open,HIGH,Low,Close\n2024-01-08,10,12,9,11\n")
    assert read(path)[0].bar.start == utc(2024, 1, 8)


def test_columns_come_in_any_order_and_others_are_passed_over(tmp_path: Path) -> None:
    path = a_file(tmp_path, "Adj Close,Close,Low,High,Open,Date\nnonsense,11,9,12,10,2024-01-08\n")
    bar = read(path)[0].bar
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (
        Decimal(10),
        Decimal(12),
        Decimal(9),
        Decimal(11),
        None,
    )


def test_an_empty_volume_is_an_unknown_volume(tmp_path: Path) -> None:
    assert read(a_file(tmp_path, HEADER + "2024-01-08,10,12,9,11,\n"))[0].bar.volume is None


def test_blank_lines_are_skipped_and_counted(tmp_path: Path) -> None:
    path = a_file(tmp_path, f"\n{HEADER}\n{MONDAY}   \n,,,,,\n{TUESDAY}\n")
    assert [row.line for row in read(path)] == [4, 7]


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_data(tmp_path: Path) -> None:
    path = a_file(tmp_path, ("\ufeff" + HEADER + MONDAY + TUESDAY).replace("\n", "\r\n"))
    assert [(row.line, row.bar.close) for row in read(path)] == [(2, Decimal(11)), (3, Decimal(12))]


def test_a_gzipped_file_reads_like_the_plain_one(tmp_path: Path) -> None:
    plain = a_file(tmp_path, "\ufeff" + HEADER + MONDAY + TUESDAY)
    packed = tmp_path / "bars.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read(packed) == read(plain)
    assert count_rows(packed) == count_rows(plain) == 2


def test_a_gzipped_file_that_was_cut_off_is_named_by_the_line_where_it_breaks(tmp_path: Path) -> None:
    days = (datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(4000))
    rows = "".join(f"{day:%Y-%m-%d},10,12,9,11,{day.toordinal() * 7919 % 9973}\n" for day in days)
    packed = tmp_path / "bars.csv.gz"
    packed.write_bytes(gzip.compress((HEADER + rows).encode())[:-2000])
    bars = read_bars(packed, interval=Interval.parse("1d"), symbol="AAPL")
    lines: list[int] = []
    with pytest.raises(BadRow, match="the compressed file is damaged from here on") as caught:
        lines.extend(row.line for row in bars)
    assert caught.value.line == lines[-1] + 1
    assert count_rows(packed) == 0


def test_a_file_that_is_not_gzipped_but_says_so_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv.gz"
    path.write_text(HEADER + MONDAY)
    assert bad_row(path) == "line 1: the compressed file is damaged from here on: Not a gzipped file (b'da')"


def test_rows_before_a_bad_one_are_read(tmp_path: Path) -> None:
    bars = read_bars(
        a_file(tmp_path, HEADER + MONDAY + TUESDAY + "2024-01-10,oops,13,10,12,1\n"),
        interval=Interval.parse("1d"),
        symbol="AAPL",
    )
    assert [next(bars).line, next(bars).line] == [2, 3]
    with pytest.raises(BadRow) as caught:
        next(bars)
    assert (caught.value.line, caught.value.reason) == (4, "open must be a number in plain notation, not 'oops'")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2024-01-08,NaN,12,9,11,1", "open must be a number in plain notation, not 'NaN'"),
        ("2024-01-08,10,Infinity,9,11,1", "high must be a number in plain notation, not 'Infinity'"),
        ("2024-01-08,10,1E+1000000,9,11,1", "high must be a number in plain notation, not '1E+1000000'"),
        ("2024-01-08,10,12,9,,1", "close must be a number in plain notation, not ''"),
        ("2024-01-08,10,12,9,٣,1", "close must be a number in plain notation, not '\\u0663'"),
        (
            "2024-01-08,10,12,9," + "1" * 300 + ",1",
            "close must be a number in plain notation, not '" + "1" * 40 + "...'",
        ),
        ("2024-01-08,10,12,-9,11,1", "low must be above 0, not -9"),
        ("2024-01-08,10,12,0,11,1", "low must be above 0, not 0"),
        ("2024-01-08,10,12,9,11,-1", "volume must be at least 0, not -1"),
        ("2024-01-08,10.123456789,12,9,11,1", "open must have at most 8 decimal places and be below 10000000000"),
        ("2024-01-08,10,10000000000,9,11,1", "high must have at most 8 decimal places and be below 10000000000"),
        ("2024-01-08,10,9,12,11,1", "open must lie between low and high"),
        ("2024-01-08,10,12,9,13,1", "close must lie between low and high"),
        ("2024-01-08,10,12,9,11", "the row has 5 cells, the header 6"),
        ("2024-01-08,10,12,9,11,1,1", "the row has 7 cells, the header 6"),
        ("08/01/2024,10,12,9,11,1", "'08/01/2024' is neither a date like 2004-08-19 nor an ISO 8601 date and time"),
        ("2024-02-30,10,12,9,11,1", "day is out of range for month"),
        ("2024-01-08T09:30:00,10,12,9,11,1", "2024-01-08T09:30:00 has no UTC offset: name the zone with --timezone"),
        ("9999-12-31,10,12,9,11,1", "date value out of range"),
        ('"2024-01-08,10,12,9,11,1', "not CSV: unexpected end of data"),
    ],
)
def test_a_row_that_is_no_bar_is_named_by_its_line_and_reason(tmp_path: Path, row: str, reason: str) -> None:
    assert bad_row(a_file(tmp_path, f"{HEADER}\n2024-01-07,10,12,9,11,1\n{row}\n")) == f"line 4: {reason}"


def test_bytes_that_are_not_utf_8_spoil_only_the_row_they_are_in(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_bytes((HEADER + MONDAY).encode() + b"2024-01-09,11,13,10,\xff,1\n")
    assert bad_row(path) == "line 3: close must be a number in plain notation, not '\\udcff'"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("date,open,high,volume", "the header lacks low, close; it has 'date, open, high, volume'"),
        ("open,high,low,close", "the header lacks date or time or timestamp or datetime or start"),
        ("date,time,open,high,low,close", "the header has two columns for the start: date and time"),
        ("2024-01-08,10,12,9,11,1000", "the header lacks date or time or timestamp or datetime or start, open"),
    ],
)
def test_a_header_that_will_not_do_is_named(tmp_path: Path, header: str, reason: str) -> None:
    assert bad_row(a_file(tmp_path, header + "\n" + MONDAY)).startswith(f"line 1: {reason}")


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    assert bad_row(a_file(tmp_path, text), symbol=None) == "line 1: the file ends here without a bar"


def test_a_header_alone_is_refused(tmp_path: Path) -> None:
    assert bad_row(a_file(tmp_path, HEADER)) == "line 1: the file ends here without a bar of AAPL"


def test_without_a_symbol_column_the_symbol_must_be_given(tmp_path: Path) -> None:
    assert bad_row(a_file(tmp_path, HEADER + MONDAY), symbol=None) == (
        "line 1: the header has no symbol column: name the symbol with --symbol"
    )


def test_a_symbol_that_is_none_is_refused_at_the_first_row(tmp_path: Path) -> None:
    assert bad_row(a_file(tmp_path, HEADER + MONDAY), symbol="aapl").startswith("line 2: symbol must be 1 to 32 of A-Z")


SEVERAL = "Ticker,date,open,high,low,close\nA,2024-01-08,1,1,1,1\nB,2024-01-08,2,2,2,2\nA,2024-01-09,3,3,3,3\n"


def test_a_file_of_several_symbols_names_them_itself(tmp_path: Path) -> None:
    rows = read(a_file(tmp_path, SEVERAL), symbol=None)
    assert [(row.line, row.bar.symbol, row.bar.close) for row in rows] == [
        (2, "A", Decimal(1)),
        (3, "B", Decimal(2)),
        (4, "A", Decimal(3)),
    ]


def test_a_given_symbol_picks_its_rows(tmp_path: Path) -> None:
    path = a_file(tmp_path, SEVERAL)
    assert [row.line for row in read(path, symbol="A")] == [2, 4]
    assert bad_row(path, symbol="C") == "line 4: the file ends here without a bar of C"


@pytest.mark.parametrize("second", ["2024-01-08,10,12,9,11,1000\n", "2024-01-07,10,12,9,11,1000\n"])
def test_bars_must_ascend(tmp_path: Path, second: str) -> None:
    assert bad_row(a_file(tmp_path, HEADER + MONDAY + second)) == (
        f"line 3: the bar starts at {second[:10]}T00:00Z, before the one above it ends, 2024-01-09T00:00Z: "
        "rows must be oldest first and an interval apart"
    )


def test_bars_ascend_symbol_by_symbol(tmp_path: Path) -> None:
    path = a_file(tmp_path, SEVERAL + "B,2024-01-07,1,1,1,1\n")
    assert bad_row(path, symbol=None).startswith("line 5: the bar starts at 2024-01-07T00:00Z")


def test_bars_closer_than_the_interval_are_refused(tmp_path: Path) -> None:
    assert bad_row(a_file(tmp_path, HEADER + MONDAY + TUESDAY), interval="1w").startswith("line 3: the bar starts at")


def test_a_time_with_an_offset_is_taken_as_it_is(tmp_path: Path) -> None:
    path = a_file(
        tmp_path, "time,open,high,low,close\n2024-01-08T09:30:00-05:00,1,1,1,1\n2024-01-08T14:35:00Z,1,1,1,1\n"
    )
    assert [(row.bar.start, row.bar.end) for row in read(path, interval="5m")] == [
        (utc(2024, 1, 8, 14, 30), utc(2024, 1, 8, 14, 35)),
        (utc(2024, 1, 8, 14, 35), utc(2024, 1, 8, 14, 40)),
    ]


def test_a_time_without_an_offset_is_of_the_zone_given(tmp_path: Path) -> None:
    path = a_file(tmp_path, "time,open,high,low,close\n2024-01-08 09:30,1,1,1,1\n2024-07-08 09:30,1,1,1,1\n")
    rows = read(path, interval="1h", timezone="America/New_York")
    assert [row.bar.start for row in rows] == [utc(2024, 1, 8, 14, 30), utc(2024, 7, 8, 13, 30)]


def test_a_day_lasts_as_long_as_its_zone_says(tmp_path: Path) -> None:
    path = a_file(tmp_path, HEADER + "2024-03-10,1,1,1,1,1\n2024-03-11,1,1,1,1,1\n")
    rows = read(path, timezone="America/New_York")
    assert [(row.bar.start, row.bar.end) for row in rows] == [
        (utc(2024, 3, 10, 5), utc(2024, 3, 11, 4)),
        (utc(2024, 3, 11, 4), utc(2024, 3, 12, 4)),
    ]


def test_a_wall_time_that_clocks_skipped_is_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path, "time,open,high,low,close\n2024-03-10T02:30:00,1,1,1,1\n")
    assert bad_row(path, interval="1h", timezone="America/New_York") == (
        "line 2: 2024-03-10T02:30:00 does not exist in America/New_York: clocks were put forward"
    )


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("1m", timedelta(minutes=1)),
        ("15m", timedelta(minutes=15)),
        ("4h", timedelta(hours=4)),
        ("1d", timedelta(days=1)),
        ("1w", timedelta(weeks=1)),
    ],
)
def test_an_interval_is_a_count_and_a_unit(text: str, length: timedelta) -> None:
    assert Interval.parse(text).length == length


@pytest.mark.parametrize("text", ["", "0d", "1", "d", "1M", "1.5h", "-1d", "99999d", "1 d"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="interval must be like 1m, 5m, 1h, 4h, 1d or 1w, not '"):
        Interval.parse(text)


@pytest.mark.parametrize("text", ["", "Mars/Olympus", "../etc/passwd", "America"])
def test_what_is_no_timezone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="timezone must be a name like UTC or America/New_York, not '"):
        parse_timezone(text)
