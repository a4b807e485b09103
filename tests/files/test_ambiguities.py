"""What a file does not say is asked for in one line, which names the option that answers; nothing is guessed."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from api.errors import BadArgument
from api.files.formats.reading import parse_columns
from tests.files.reading import asked, bars, read, written

DAILY = "Date,Open,High,Low,Close\n"
HOURLY = "Date,Time,Open,High,Low,Close\n2031-03-03,09:00,2,3,1,2\n2031-03-03,10:00,2,3,1,2\n"
DATES = "say which with --dates mdy or --dates dmy"
COMMA = "may be that of decimals or of thousands: say which with --decimal comma or --decimal point"
LEAN = (
    "line 1: the rows may be LEAN's: say which with --format lean-equity, in ten-thousandths and New York's time, or "
    "--format lean-crypto, unscaled and in UTC; or name the columns with --columns, as in "
    "time=1,open=2,high=3,low=4,close=5"
)
SIDES = (
    "line 1: LEAN: its rows hold bids and asks, of shares or of anything else: say which to take with --format "
    "lean-equity-bid, lean-equity-ask, lean-crypto-bid or lean-crypto-ask"
)
NAMELESS = "name the symbol with --symbol"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (DAILY + "2031-03-13,2,3,1,2\n", f"line 1: the header has no symbol column: {NAMELESS}"),
        (
            DAILY.replace(",", ";") + "03/04/2031;1,500;1,500;1,500;1,500\n",
            f"line 1: the header has no symbol column: {NAMELESS}; 03/04/2031 may have the month or the day first: "
            f"{DATES}; the comma of 1,500 {COMMA}",
        ),
        (
            HOURLY,
            f"line 1: the header has no symbol column: {NAMELESS}; its times have no UTC offset: name their zone with "
            "--timezone",
        ),
        (
            "2031.03.03,09:00,2,3,1,2,7\n",
            f"line 1: MetaTrader 4: the rows have no symbol: {NAMELESS}; its times have no UTC offset: name their zone "
            "with --timezone",
        ),
        (
            "20310303 093100;2;3;1;2;7\n",
            f"line 1: NinjaTrader: the rows have no symbol: {NAMELESS}; its times may be starts or ends of bars: say "
            "which with --stamped; its times have no UTC offset: name their zone with --timezone",
        ),
        (
            "Price,Close,Close,High,High,Low,Low,Open,Open\nTicker,A,B,A,B,A,B,A,B\nDate,,,,,,,,\n"
            "2031-03-13,2,2,3,3,1,1,2,2\n",
            "line 2: yfinance: the columns are of A, B: name one with --symbol",
        ),
    ],
)
def test_what_a_file_lacks_is_asked_for_in_one_line(tmp_path: Path, text: str, question: str) -> None:
    assert asked(written(tmp_path, text)) == question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (HOURLY, "line 2: '2031-03-03 09:00' has no UTC offset: name its zone with --timezone"),
        (
            "time,open,high,low,close\n1930294800,2,3,1,2\n",
            "the rows do not tell how long a bar is: say it with --interval, as in 1h",
        ),
        (DAILY + "03/04/2031,2,3,1,2\n", f"line 2: 03/04/2031 may have the month or the day first: {DATES}"),
        ("34200000,1.05,1.06,1.04,1.05,0,1.07,1.08,1.06,1.07,0\n", SIDES),
        (DAILY + "03-04-2031,2,3,1,2\n", f"line 2: 03-04-2031 may have the month or the day first: {DATES}"),
        (
            DAILY + "13/04/2031,2,3,1,2\n04/13/2031,2,3,1,2\n",
            f"line 2: 13/04/2031 may have the month or the day first: {DATES}",
        ),
        (DAILY.replace(",", ";") + "2031-03-13;1,500;1,500;1,500;1,500\n", f"line 2: the comma of 1,500 {COMMA}"),
        (DAILY.replace(",", ";") + "13.03.2031;1.234;1.300;1.200;1.234\n", f"line 2: the point of 1.234 {COMMA}"),
        (DAILY.replace(",", ";") + "2031-03-13;2;2.500;1;2\n", f"line 2: the point of 2.500 {COMMA}"),
        (DAILY + "13.03.2031,2.500,2.500,2.500,2.500\n", f"line 2: the point of 2.500 {COMMA}"),
        (DAILY.replace(",", ";") + "2031-03-13;1,50;1.50;1,50;1,50\n", f"line 2: the comma of 1,50 {COMMA}"),
        (
            "2031-03-13,2,3,1,2,7\n",
            "line 1: there is no header, and the rows are of no form that is known: name the columns with --columns, "
            "as in time=1,open=2,high=3,low=4,close=5, or the program with --format",
        ),
        (
            "Date,Timestamp,Timestamp,Open,High,Low,Close\n2031-03-13,1,1,2,3,1,2\n",
            "line 1: the header has two columns for the start: Timestamp and Timestamp; say which with --columns "
            "time=NAME",
        ),
        (
            "Date,Open,High,Low,Close,Last\n2031-03-13,2,3,1,2,2\n",
            "line 1: the header has two columns for the close: Close and Last; say which with --columns close=NAME",
        ),
        ("20310303 00:00,4200,4300,4100,4200,100\n", LEAN),
        ("20310303 00:00,205001,217501,200101,214001,1500\n", LEAN),
        ("20310303 09:30,20.5,21.75,20.01,21.4,1500\n", LEAN),
        ("20310303,4200,4300,4100,4200,100\n", LEAN),
    ],
)
def test_what_may_mean_two_things_is_asked_for(tmp_path: Path, text: str, question: str) -> None:
    assert asked(written(tmp_path, text), symbol="XYZ") == question


def test_a_name_that_lean_gives_does_not_tell_shares_from_coins(tmp_path: Path) -> None:
    path = written(tmp_path, "34200000,4200,4300,4100,4200,100\n", "20310303_btcusd_minute_trade.csv")
    assert asked(path) == LEAN


@pytest.mark.parametrize(
    ("order", "start", "end"),
    [
        ("mdy", "2031-03-04T00:00Z", "2031-03-05T00:00Z"),
        ("dmy", "2031-04-03T00:00Z", "2031-04-04T00:00Z"),
    ],
)
def test_the_order_of_dates_is_as_it_is_said(tmp_path: Path, order: str, start: str, end: str) -> None:
    path = written(tmp_path, DAILY + "03/04/2031,2,3,1,2\n")
    assert read(path, symbol="XYZ", dates=order).bars == bars([(start, end)], "2 3 1 2 None")


@pytest.mark.parametrize(
    ("figure", "mark", "price"),
    [
        ("1,500", "comma", "1.5"),
        ("1,500", "point", "1500"),
        ("1.500", "comma", "1500"),
        ("1.500", "point", "1.5"),
    ],
)
def test_the_mark_of_decimals_is_as_it_is_said(tmp_path: Path, figure: str, mark: str, price: str) -> None:
    path = written(tmp_path, DAILY.replace(",", ";") + f"2031-03-13;{figure};{figure};{figure};{figure}\n")
    assert read(path, symbol="XYZ", decimal=mark).bars[0].endswith(f" {price} {price} {price} {price} None")


@pytest.mark.parametrize(
    "text",
    [
        DAILY.replace(",", ";") + "13.03.2031;1.5;1.500;1.500;1.500\n",
        DAILY.replace(",", ";") + "13.03.2031;1.500;1.500;1.500;1.500\n14.03.2031;0.987;0.987;0.987;0.987\n",
        DAILY.replace(",", ";")
        + "13.03.2031;1.500;1.500;1.500;1.500\n14.03.2031;1234.500;1235.000;1234.000;1234.500\n",
        DAILY + "2031-03-13,1.500,1.500,1.500,1.500\n",
        "20310313 000000;1.500;1.500;1.500;1.500;0\n20310313 000100;1.500;1.500;1.500;1.500;0\n",
    ],
)
def test_a_point_is_that_of_decimals_where_the_file_tells(tmp_path: Path, text: str) -> None:
    assert read(written(tmp_path, text), symbol="XYZ").bars[0].endswith(" 1.5 1.5 1.5 1.5 None")


def test_one_date_that_can_be_told_tells_of_all(tmp_path: Path) -> None:
    path = written(tmp_path, DAILY + "12/03/2031,2,3,1,2\n13/03/2031,2,3,1,2\n")
    assert [bar.split()[1] for bar in read(path, symbol="XYZ").bars] == ["2031-03-12T00:00Z", "2031-03-13T00:00Z"]


@pytest.mark.parametrize(
    ("text", "options", "complaint"),
    [
        (DAILY + "2031-03-13,2,3,1,2\n", {"format": "nasdaq"}, "line 1: the header is not that of Nasdaq.com"),
        ("2031-03-13,2,3,1,2\n", {"format": "kraken"}, "line 1: the rows are not those of Kraken"),
        (
            DAILY + "2031-03-13,2,3,1,2\n",
            {"columns": "close=Last"},
            "line 1: there is no column Last: the header has 'Date, Open, High, Low, Close'",
        ),
        (DAILY + "2031-03-13,2,3,1,2\n", {"columns": "close=6"}, "line 1: there is no column 6: the row has 5"),
        (
            DAILY + "2031-03-13,2,3,1,2\n",
            {"stamped": "end", "interval": "1w"},
            "bars of 1w are read by the day on which they start, not by when they end: leave their clock out with "
            "--columns time=DATE, or --stamped end",
        ),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(
    tmp_path: Path, text: str, options: dict[str, str], complaint: str
) -> None:
    assert asked(written(tmp_path, text), symbol="XYZ", **options) == complaint


@pytest.mark.parametrize("text", ["time", "when=Date", "time=", "time=0", "time=Date,,open=2"])
def test_columns_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(BadArgument, match="columns must be like time=Date,open=2 of time, clock, open, high"):
        parse_columns(text)


def test_a_format_that_is_not_known_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(BadArgument, match=r"format must be one of alpaca, binance, .*yfinance, not 'excel'"):
        read(written(tmp_path, DAILY), format="excel")


def test_a_ticker_without_all_prices_is_refused(tmp_path: Path) -> None:
    header = "Price,Close,High,Low,Open\nTicker,XYZ,XYZ,ABC,XYZ\nDate,,,,\n"
    path = written(tmp_path, header + "2031-03-13,2,3,1,2\n")
    assert asked(path, symbol="XYZ") == "line 2: yfinance: XYZ has no column for low"


def test_an_archive_of_no_file_or_of_several_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bars.zip"
    for count in (0, 2):
        with ZipFile(path, "w") as archive:
            for number in range(count):
                archive.writestr(f"{number}.csv", DAILY)
        assert asked(path) == f"cannot be read: the archive holds {count} files, and must hold one: unpack it"
    with ZipFile(path, "w") as archive:
        archive.writestr("bars.csv", DAILY)
    path.write_bytes(b"XX" + path.read_bytes()[2:])
    assert asked(path) == "cannot be read: the archive cannot be unpacked: Bad magic number for file header"
    path.write_bytes(b"no archive")
    assert asked(path) == "cannot be read: it is no zip archive: File is not a zip file"
