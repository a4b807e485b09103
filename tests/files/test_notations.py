"""Times, figures and encodings as programs write them."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.files.reading import DAYS, HOURS, asked, bars, read, written

FIGURES = "20.5,21.75,20.01,21.4,1500"
TOLD = "20.5 21.75 20.01 21.4 1500"
NINE = ("2031-03-03T09:00Z", "2031-03-03T10:00Z")


@pytest.mark.parametrize(
    "time",
    [
        "2031-03-03T09:00:00Z",
        "2031-03-03 09:00:00+00:00",
        "2031-03-03 04:00-05:00",
        "2031-03-03T09:00:00.000000000Z",
        "1930294800",
        "1930294800.0",
        "1930294800000",
        "1930294800000000",
        "1930294800000000000",
        "1.9302948e+09",
        "20310303 090000",
        "20310303 09:00",
        "20310303T090000Z",
        "203103030900",
        "20310303090000",
        "20310303-09:00:00",
        "20310303 04:00:00 America/New_York",
        "2031.03.03 09:00",
        "03.03.2031 10:00:00.000 GMT+0100",
        "20310303 09:00 UTC",
        "2031/03/03 09:00:00",
        "2031/3/3 9:00",
        "03.03.2031 09:00:00.000",
        '"Mar 03, 2031, 9:00 AM"',
        "3 March 2031 09:00",
        "03-Mar-2031 09:00:00",
    ],
)
def test_a_time_is_read_in_many_notations(tmp_path: Path, time: str) -> None:
    named = {} if "America" in time or "-05" in time or "GMT" in time else {"timezone": "UTC"}
    path = written(tmp_path, f"Datetime,Open,High,Low,Close,Volume\n{time},{FIGURES}\n")
    assert read(path, symbol="XYZ", interval="1h", **named).bars == bars([NINE], TOLD)


@pytest.mark.parametrize(
    ("date", "clock"),
    [
        ("2031-03-03", "09:00"),
        ("2031-03-03", "9:00"),
        ("20310303", "090000"),
        ("20310303", "0900"),
        ("3/03/2031", "9:00 AM"),
        ("2031.03.03", "09:00:00"),
    ],
)
def test_a_date_and_a_clock_may_stand_in_two_columns(tmp_path: Path, date: str, clock: str) -> None:
    path = written(tmp_path, f"Date,Time,Open,High,Low,Close,Volume\n{date},{clock},{FIGURES}\n")
    assert read(path, symbol="XYZ", interval="1h", timezone="UTC", dates="mdy").bars == bars([NINE], TOLD)


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_counts_from_before_1973_are_of_the_unit_that_later_ones_have(tmp_path: Path, unit: int) -> None:
    days = (-86_400, 0, 86_400, 946_684_800, 1_930_294_800)
    rows = "".join(f"{day * unit},{FIGURES}\n" for day in days)
    file = read(written(tmp_path, f"time,open,high,low,close,volume\n{rows}"), symbol="XYZ", interval="1h")
    assert [bar.split()[1] for bar in file.bars] == [
        "1969-12-31T00:00Z",
        "1970-01-01T00:00Z",
        "1970-01-02T00:00Z",
        "2000-01-01T00:00Z",
        "2031-03-03T09:00Z",
    ]


def test_a_count_may_change_its_unit_where_files_were_put_together(tmp_path: Path) -> None:
    rows = f"1735603200000,{FIGURES}\n1735689600000000,{FIGURES}\n"
    file = read(written(tmp_path, f"time,open,high,low,close,volume\n{rows}"), symbol="XYZ")
    assert [bar.split()[1] for bar in file.bars] == ["2024-12-31T00:00Z", "2025-01-01T00:00Z"]


@pytest.mark.parametrize("date", ["2031-03-13", "20310313", "2031.03.13", "13.03.2031", "03/13/2031", '"Mar 13, 2031"'])
def test_a_date_is_a_day(tmp_path: Path, date: str) -> None:
    path = written(tmp_path, f"Date,Open,High,Low,Close,Volume\n{date},{FIGURES}\n")
    assert read(path, symbol="XYZ").bars == bars(DAYS[:1], TOLD)


def test_an_afternoon_is_told_from_a_morning(tmp_path: Path) -> None:
    rows = "".join(f"03/13/2031,{clock},{FIGURES}\n" for clock in ("12:00 AM", "1:00 AM", "12:00 PM", "1:00 PM"))
    path = written(tmp_path, f"Date,Time,Open,High,Low,Close,Volume\n{rows}")
    starts = [bar.split()[1][11:16] for bar in read(path, symbol="XYZ", timezone="UTC", interval="1h").bars]
    assert starts == ["00:00", "01:00", "12:00", "13:00"]


def test_the_hour_24_is_the_midnight_at_the_end_of_its_day(tmp_path: Path) -> None:
    rows = f"2031-03-13T23:00:00Z,{FIGURES}\n2031-03-13T24:00:00Z,{FIGURES}\n"
    path = written(tmp_path, f"Datetime,Open,High,Low,Close,Volume\n{rows}")
    spans = (("2031-03-13T23:00Z", "2031-03-14T00:00Z"), ("2031-03-14T00:00Z", "2031-03-14T01:00Z"))
    assert read(path, symbol="XYZ").bars == bars(spans, TOLD, TOLD)


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_times_at_the_end_of_a_bar_are_taken_back_by_its_length(tmp_path: Path, order: slice) -> None:
    rows = [f"2031-03-03 {hour}:00,{FIGURES}\n" for hour in (10, 11)][order]
    path = written(tmp_path, "Datetime,Open,High,Low,Close,Volume\n" + "".join(rows))
    assert read(path, symbol="XYZ", timezone="UTC", stamped="end").bars == bars(HOURS, TOLD, TOLD)


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        ("21,75", "21.75"),
        ("1.021,75", "1021.75"),
        ("1.002.021,75", "1002021.75"),
        ("1 021,75", "1021.75"),
        ("1\N{NO-BREAK SPACE}021,75", "1021.75"),
        ("1'021.75", "1021.75"),
        ("1,002,021.75", "1002021.75"),
        ("$1,021.75", "1021.75"),
        ("0,123", "0.123"),
        ("1.2E-05", "0.000012"),
        ("1e5", "100000"),
        ("+21.75", "21.75"),
    ],
)
def test_a_figure_is_read_in_many_notations_and_to_the_digit(tmp_path: Path, figure: str, told: str) -> None:
    path = written(tmp_path, f"Date;Open;High;Low;Close\n2031-03-13;{figure};{figure};{figure};{figure}\n")
    assert read(path, symbol="XYZ").bars == bars(DAYS[:1], f"{told} {told} {told} {told} None")


@pytest.mark.parametrize(
    ("volume", "told"),
    [
        ("45.23M", "45230000"),
        ("1.2K", "1200"),
        ("3B", "3000000000"),
        ("-", "None"),
        ("N/A", "None"),
        ("<NA>", "None"),
        ("None", "None"),
        ('"1,203,400"', "1203400"),
        ("1.2034e+06", "1203400"),
        ("10.0", "10"),
    ],
)
def test_a_volume_is_read_in_many_notations(tmp_path: Path, volume: str, told: str) -> None:
    path = written(tmp_path, f"Date,Open,High,Low,Close,Volume\n2031-03-13,2.5,3,1,2,{volume}\n")
    assert read(path, symbol="XYZ").bars == bars(DAYS[:1], f"2.5 3 1 2 {told}")


def test_thousands_that_begin_after_the_first_rows_are_read_too(tmp_path: Path) -> None:
    rows = "".join(f"{1930294800 + 60 * minute},999.5,999.5,999.5,999.5\n" for minute in range(1200))
    late = f'{1930294800 + 60 * 1200},"1,000.5","1,000.5","1,000.5","1,000.5"\n'
    file = read(written(tmp_path, "time,open,high,low,close\n" + rows + late), symbol="XYZ")
    assert file.unusable == []
    assert (len(file.bars), file.bars[-1]) == (
        1201,
        "XYZ 2031-03-04T05:00Z 2031-03-04T05:01Z 1000.5 1000.5 1000.5 1000.5 None",
    )


@pytest.mark.parametrize(("order", "date"), [("mdy", "3/13/31"), ("dmy", "13.03.31"), ("dmy", "13/3/31")])
def test_a_year_of_two_digits_is_read_once_its_order_is_said(tmp_path: Path, order: str, date: str) -> None:
    path = written(tmp_path, f"Date,Open,High,Low,Close,Volume\n{date},{FIGURES}\n")
    assert read(path, symbol="XYZ", dates=order).bars == bars(DAYS[:1], TOLD)
    question = "has a year of two digits: say what precedes it with --dates mdy or --dates dmy"
    assert asked(path, symbol="XYZ") == f"line 2: {date} {question}"


def test_a_year_of_two_digits_from_69_on_is_of_the_last_century(tmp_path: Path) -> None:
    path = written(tmp_path, f"Date,Open,High,Low,Close,Volume\n12/31/69,{FIGURES}\n12/31/68,{FIGURES}\n")
    starts = [bar.split()[1][:4] for bar in read(path, symbol="XYZ", dates="mdy", interval="1d").bars]
    assert starts == ["1969", "2068"]


@pytest.mark.parametrize("name", ["bars.csv.gz", "BARS.CSV.GZ", "bars.csv.bz2", "bars.csv.xz", "bars.csv.zip"])
def test_compressed_files_are_read_by_the_end_of_their_name(tmp_path: Path, name: str) -> None:
    text = f"Date,Open,High,Low,Close,Volume\n2031-03-13,{FIGURES}\n".encode()
    compressed: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
    kind = name.rpartition(".")[2].casefold()
    if kind in compressed:
        (tmp_path / name).write_bytes(compressed[kind](text))
    else:
        with ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("bars.csv", text)
    assert read(tmp_path / name, symbol="XYZ").bars == bars(DAYS[:1], TOLD)


def test_lines_above_the_header_are_passed_over_and_said(tmp_path: Path) -> None:
    path = written(tmp_path, f"sep=;\nDate;Open;High;Low;Close;Volume\n2031-03-13;{FIGURES.replace(',', ';')}\n")
    file = read(path, symbol="XYZ")
    assert (file.bars, file.recognised) == (bars(DAYS[:1], TOLD), "1d, after sep=")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_seen(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f"Date,Open,High,Low,Close,Volume\r\n2031-03-13,{FIGURES}\r\n".replace(",", delimiter)
    assert read(written(tmp_path, text, encoding=encoding), symbol="XYZ").bars == bars(DAYS[:1], TOLD)


def test_a_broken_row_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    rows = (
        "2031.03.03\t09:00:00\t20.5\t21.75\t20.01\t21.4\t1\t1500\t0\n"
        "2031.13.03\t10:00:00\t20.5\t21.75\t20.01\t21.4\t1\t1500\t0\n"
        "yesterday\t10:00:00\t20.5\t21.75\t20.01\t21.4\t1\t1500\t0\n"
        "2031.03.03\t10:00:00\tx\t21.75\t20.01\t21.4\t1\t1500\t0\n"
        "2031.03.03\t11:00:00\t20.5\n"
        "2031.03.03\t10:00:00\t20.5\t21.75\t20.01\t21.4\t1\t1500\t0\n"
    )
    header = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n"
    file = read(written(tmp_path, header + rows), symbol="XYZ", timezone="UTC", interval="1h")
    no_time = "is neither a date like 2004-08-19 nor an ISO 8601 date and time"
    assert file.unusable == [
        f"line 3: unusable: '2031-13-03T10:00:00' {no_time}",
        f"line 4: unusable: 'yesterday 10:00:00' {no_time}",
        'line 5: unusable: open must be a number such as "1.5" or "3.2E-5", not \'x\'',
        "line 6: unusable: the row has 3 cells, the header 9",
    ]
    assert file.bars == bars(HOURS, TOLD, TOLD)
