"""Files of bars: what is a bar, what is not and on which line, and what spoils the whole file."""

import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from api.files.bar_columns import NumberedBar
from domain.market.bar import Bar
from tests.feeds.bar_files import HEADER, MONDAY, SEVERAL, TUESDAY, a_file, complaint, named, opened, read, utc


def test_a_row_of_a_daily_file_is_a_bar_of_that_day_in_utc(tmp_path: Path) -> None:
    figures = (Decimal(10), Decimal(12), Decimal(9), Decimal(11), Decimal(1000))
    bar = Bar("AAPL", utc(2024, 1, 8), utc(2024, 1, 9), *figures)
    assert read(a_file(tmp_path, HEADER + MONDAY)) == [NumberedBar(2, bar)]


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


def test_figures_are_read_as_libraries_write_them(tmp_path: Path) -> None:
    path = a_file(tmp_path, HEADER + "2024-01-08,50.11999893188477,51.229999542236325,4.9E+1,5.1e01,1.2034e+09\n")
    bar = read(path)[0].bar
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (
        Decimal("50.11999893"),
        Decimal("51.22999954"),
        Decimal(49),
        Decimal(51),
        Decimal(1_203_400_000),
    )


@pytest.mark.parametrize("volume", ["11456230400", "1000000000000000000", "1203400.0"])
def test_a_volume_may_be_larger_than_any_money(tmp_path: Path, volume: str) -> None:
    assert read(a_file(tmp_path, HEADER + f"2024-01-08,10,12,9,11,{volume}\n"))[0].bar.volume == Decimal(volume)


@pytest.mark.parametrize("name", ["date", "Date", "TIME", "timestamp", "Datetime", " start "])
def test_the_column_of_the_start_goes_by_its_common_names(tmp_path: Path, name: str) -> None:
    path = a_file(tmp_path, f"{name},Open,HIGH,Low,Close\n2024-01-08,10,12,9,11\n")
    assert read(path)[0].bar.start == utc(2024, 1, 8)


def test_columns_come_in_any_order_and_others_are_passed_over(tmp_path: Path) -> None:
    path = a_file(tmp_path, "Adj Close,Close,Low,High,Open,Date\nnonsense,11,9,12,10,2024-01-08\n")
    bar = read(path)[0].bar
    figures = (bar.open, bar.high, bar.low, bar.close, bar.volume)
    assert figures == (Decimal(10), Decimal(12), Decimal(9), Decimal(11), None)


@pytest.mark.parametrize("volume", ["", "NaN", "null"])
def test_a_volume_that_is_not_there_is_an_unknown_volume(tmp_path: Path, volume: str) -> None:
    assert read(a_file(tmp_path, HEADER + f"2024-01-08,10,12,9,11,{volume}\n"))[0].bar.volume is None


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


def test_a_gzipped_file_that_was_cut_off_is_refused_with_the_line_where_it_breaks(tmp_path: Path) -> None:
    days = (datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(2000))
    rows = "".join(f"{day:%Y-%m-%d},10,12,9,11,{day.toordinal() * 7919 % 9973}\n" for day in days)
    packed = tmp_path / "bars.csv.gz"
    packed.write_bytes(gzip.compress((HEADER + rows).encode())[:-1000])
    message = complaint(packed)
    assert message.endswith(
        "the compressed file is damaged from here on: Compressed file ended before the end-of-stream marker was reached"
    )
    assert 500 < int(message.partition(":")[0].removeprefix("line ")) < 2000


def test_a_file_that_is_not_gzipped_but_says_so_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv.gz"
    path.write_text(HEADER + MONDAY)
    assert complaint(path) == "line 1: the compressed file is damaged from here on: Not a gzipped file (b'da')"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2024-01-08,NaN,12,9,11,1", "open is missing"),
        ("2024-01-08,null,null,null,null,null", "open is missing"),
        ("2024-01-08,10,12,9,,1", "close is missing"),
        ("2024-01-08,10,Infinity,9,11,1", 'high must be a number such as "1.5" or "3.2E-5", not \'Infinity\''),
        ("2024-01-08,10,1E+999999,9,11,1", 'high must be a number such as "1.5" or "3.2E-5", not \'1E+999999\''),
        ("2024-01-08,10,12,-9,11,1", "low must be above 0, not -9"),
        ("2024-01-08,10,12,0,11,1", "low must be above 0, not 0"),
        ("2024-01-08,10,9,12,11,1", "open must lie between low and high"),
        ("2024-01-08,10,12,9,12.000004,1", "close must lie between low and high"),
        ("2024-01-08,10,12,9,11", "the row has 5 cells, the header 6"),
        ("2024-01-08,10,12,9,11,1,1", "the row has 7 cells, the header 6"),
        ("08/01/2024,10,12,9,11,1", "'08/01/2024' is neither a date like 2004-08-19 nor an ISO 8601 date and time"),
        ("2024-02-30,10,12,9,11,1", "there is no such date: 2024-02-30"),
        ("9999-12-31,10,12,9,11,1", "the year must lie between 1800 and 2199"),
    ],
)
def test_a_row_that_is_no_bar_is_named_and_the_rest_is_taken(tmp_path: Path, row: str, reason: str) -> None:
    path = a_file(tmp_path, f"{HEADER}\n2024-01-07,10,12,9,11,1\n{row}\n{TUESDAY}")
    with opened(path) as bars:
        assert bars.report.sentences() == [f"line 4: unusable: {reason}"]
        assert [(row.line, row.bar.start.day) for row in bars.bars()] == [(3, 7), (5, 9)]


def test_a_strict_reader_refuses_a_file_with_a_row_that_is_no_bar(tmp_path: Path) -> None:
    path = a_file(tmp_path, HEADER + MONDAY + "2024-01-09,,,,,\n2024-01-10,,,,,\n")
    assert complaint(path, strict=True) == ("line 3: unusable: open is missing (and 1 more rows that cannot be used)")


def test_a_file_in_which_no_row_is_a_bar_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    path = a_file(tmp_path, HEADER + "8th,10,12,9,11,1\n9th,10,12,9,11,1\n")
    assert complaint(path) == (
        "the file holds no bar of AAPL: line 2: unusable: '8th' is neither a date like 2004-08-19 nor an "
        "ISO 8601 date and time"
    )


def test_a_quote_that_never_ends_is_refused_where_it_begins(tmp_path: Path) -> None:
    assert complaint(a_file(tmp_path, HEADER + MONDAY + '"2024-01-09,10,12,9,11,1')) == (
        "line 3: not CSV: unexpected end of data"
    )


def test_bytes_that_are_not_utf_8_spoil_only_the_row_they_are_in(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_bytes((HEADER + MONDAY).encode() + b"2024-01-09,11,13,10,\xff,1\n")
    assert named(path) == ['line 3: unusable: close must be a number such as "1.5" or "3.2E-5", not \'\\udcff\'']


def test_many_rows_are_counted_and_the_first_twenty_named(tmp_path: Path) -> None:
    rows = "".join(f"2024-03-{day:02},,,,,\n" for day in range(1, 32))
    with opened(a_file(tmp_path, HEADER + MONDAY + rows)) as bars:
        sentences = bars.report.sentences()
    assert (sentences[0], sentences[19]) == ("line 3: unusable: open is missing", "line 22: unusable: open is missing")
    assert sentences[20:] == ["… and 11 more"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("date,open,high,volume", "the header lacks low, close; it has 'date, open, high, volume'"),
        ("open,high,low,close", "the header lacks date or time or timestamp or datetime or start"),
        ("date,time,open,high,low,close", "the header has two columns for the start: date and time"),
        ("2024-01-08,10,12,9,11,1000", "there is no header, and the rows are of no form that is known: name the col"),
    ],
)
def test_a_header_that_will_not_do_is_named(tmp_path: Path, header: str, reason: str) -> None:
    assert complaint(a_file(tmp_path, header + "\n" + MONDAY)).startswith(f"line 1: {reason}")


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    assert complaint(a_file(tmp_path, text), symbol=None) == "line 1: the file is empty"


def test_a_header_alone_is_refused(tmp_path: Path) -> None:
    assert complaint(a_file(tmp_path, HEADER)) == "line 1: the file holds no bar of AAPL"


def test_a_missing_file_is_reported_in_one_line(tmp_path: Path) -> None:
    assert complaint(tmp_path / "none.csv") == "cannot be read: No such file or directory"


def test_without_a_symbol_column_the_symbol_must_be_given(tmp_path: Path) -> None:
    assert complaint(a_file(tmp_path, HEADER + MONDAY), symbol=None) == (
        "line 1: the header has no symbol column: name the symbol with --symbol"
    )


def test_a_malformed_symbol_is_refused(tmp_path: Path) -> None:
    assert complaint(a_file(tmp_path, HEADER + MONDAY), symbol="A APL").startswith("symbol must be 1 to 32 of A-Z")
    assert complaint(a_file(tmp_path, HEADER + MONDAY), symbol="") == (
        "symbol must be 1 to 32 of A-Z, 0-9 and . - / : _ ^ = &, starting with none of the marks but ^; not ''"
    )


def test_lower_case_symbols_are_read_as_capitals_and_this_is_reported(tmp_path: Path) -> None:
    path = a_file(tmp_path, "symbol,date,open,high,low,close\nm&m.ns,2024-01-08,1,1,1,1\nM&M.NS,2024-01-09,2,2,2,2\n")
    for symbol in (None, "M&M.NS"):
        with opened(path, symbol=symbol) as bars:
            assert [row.bar.symbol for row in bars.bars()] == ["M&M.NS", "M&M.NS"]
            assert bars.notes == ["symbols in lower case are read as capitals: m&m.ns"]


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
    assert complaint(path, symbol="C") == "line 1: the file holds no bar of C"


def test_symbols_in_blocks_are_taken_day_by_day(tmp_path: Path) -> None:
    blocks = "".join(f"{symbol},2024-01-0{day},1,1,1,1\n" for symbol in "BA" for day in (8, 9))
    rows = read(a_file(tmp_path, SEVERAL.splitlines()[0] + "\n" + blocks), symbol=None)
    assert [(row.bar.start.day, row.bar.symbol) for row in rows] == [(8, "A"), (8, "B"), (9, "A"), (9, "B")]


def test_the_summary_says_what_the_file_was_taken_for(tmp_path: Path) -> None:
    with opened(a_file(tmp_path, HEADER + MONDAY + TUESDAY)) as bars:
        assert bars.summary() == "bars.csv: 2 bars of AAPL, 1d each, 2024-01-08T00:00Z to 2024-01-10T00:00Z"
    symbols = "".join(f"S{number},2024-01-08,1,1,1,1\n" for number in range(5))
    with opened(a_file(tmp_path, "symbol,date,open,high,low,close\n" + symbols), symbol=None) as bars:
        assert bars.summary().startswith("bars.csv: 5 bars of S0, S1, S2 and 2 more symbols, 1d each")
