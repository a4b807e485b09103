"""Bars as JSON, Parquet and Arrow."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from api.files import json_records
from tests.files.reading import DAYS, HOURS, asked, bars, read, written

FIRST, SECOND = "20.5 21.75 20.01 21.4 1500", "21.4 22 21.1 21.15 980"
ONE = {"t": "2031-03-03T09:00:00Z", "o": 20.5, "h": 21.75, "l": 20.01, "c": 21.4, "v": 1500, "n": 12}
TWO = {"t": "2031-03-03T10:00:00Z", "o": 21.4, "h": 22, "l": 21.1, "c": 21.15, "v": 980, "n": 11}
IN_MS = [ONE | {"t": 1930294800000}, TWO | {"t": 1930298400000}]
KLINE = [1930294800000, "20.5", "21.75", "20.01", "21.4", "1500", 1930298399999, "1", 1, "1", "1", "0"]


@pytest.mark.parametrize(
    "value",
    [
        {"bars": {"XYZ": [ONE, TWO]}, "next_page_token": None},
        {"bars": [ONE, TWO], "symbol": "XYZ"},
        {"ticker": "XYZ", "results": IN_MS, "status": "OK"},
        {"data": {"symbol": "XYZ", "candles": [ONE, TWO]}},
        [ONE | {"symbol": "XYZ"}, TWO | {"symbol": "XYZ"}],
        {"XYZ": [ONE, TWO]},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_answers_of_an_interface_are_read(tmp_path: Path, value: object, indent: int | None) -> None:
    path = written(tmp_path, json.dumps(value, indent=indent), "bars.json")
    assert read(path).bars == bars(HOURS, FIRST, SECOND)


def test_klines_in_lists_are_recognised(tmp_path: Path) -> None:
    file = read(written(tmp_path, json.dumps([KLINE]), "bars.json"), symbol="XYZ")
    assert (file.recognised, file.bars) == ("Binance klines, 1h, times in UTC", bars(HOURS[:1], FIRST))


def test_json_lines_are_read_and_a_broken_one_is_named(tmp_path: Path) -> None:
    lines = [json.dumps(ONE), '{"t": "2031-03-03T', "", json.dumps(TWO)]
    file = read(written(tmp_path, "\n".join(lines), "bars.jsonl"), symbol="XYZ", interval="1h")
    assert file.bars == bars(HOURS, FIRST, SECOND)
    assert file.unusable == [
        "line 2: unusable: 'not JSON' is neither a date like 2004-08-19 nor an ISO 8601 date and time"
    ]


def test_numbers_of_json_keep_their_digits(tmp_path: Path) -> None:
    text = (
        '{"time":"2031-03-13","open":0.10000001,"high":9999999999.99999999,"low":1E-8,"close":0.3,'
        '"volume":1000000000000000001e-1}'
    )
    assert read(written(tmp_path, text, "bars.json"), symbol="XYZ").bars == bars(
        DAYS[:1], "0.10000001 9999999999.99999999 1E-8 0.3 100000000000000000.1"
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[]", "the JSON holds no list of bars, itself or as bars, results, data, candles, values"),
        (
            '{"message": "forbidden"}',
            "the JSON holds no list of bars, itself or as bars, results, data, candles, values",
        ),
        (
            '{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}',
            "line 1: the header lacks date or time or timestamp or datetime or",
        ),
    ],
)
def test_json_without_bars_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    assert asked(written(tmp_path, text, "bars.json"), symbol="XYZ").startswith(complaint)


def _table(**columns: Any) -> pa.Table:
    figures = {
        "Open": pa.array([20.5, 21.4]),
        "High": pa.array([21.75, 22.0], pa.float32()),
        "Low": pa.array([Decimal("20.01"), Decimal("21.10")], pa.decimal128(20, 8)),
        "Close": pa.array(["21.4", "21.15"]),
        "Volume": pa.array([1500, 980], pa.int64()),
    }
    return pa.table(columns | figures)


TIMES = [datetime(2031, 3, 3, hour, tzinfo=UTC) for hour in (9, 10)]


@pytest.mark.parametrize(
    "times",
    [
        pa.array(TIMES, pa.timestamp("us", "UTC")),
        pa.array(TIMES, pa.timestamp("ns", "America/New_York")),
        pa.array([int(time.timestamp() * 1000) for time in TIMES], pa.int64()),
        pa.array([time.isoformat() for time in TIMES]),
    ],
)
def test_a_parquet_file_is_read_to_the_digit(tmp_path: Path, times: pa.Array) -> None:
    path = tmp_path / "bars.parquet"
    parquet.write_table(_table(time=times), path)
    assert read(path, symbol="XYZ").bars == bars(HOURS, FIRST, SECOND)


def test_a_float_is_the_fewest_digits_that_mean_it(tmp_path: Path) -> None:
    path = tmp_path / "bars.parquet"
    prices = {name: pa.array([20.1], pa.float32()) for name in ("open", "high", "low", "close")}
    parquet.write_table(pa.table({"date": pa.array([date(2031, 3, 13)]), **prices}), path)
    assert read(path, symbol="XYZ").bars == bars(DAYS[:1], "20.1 20.1 20.1 20.1 None")


def test_a_nameless_index_of_pandas_and_a_column_of_symbols_are_read(tmp_path: Path) -> None:
    path = tmp_path / "bars.pq"
    table = _table(symbol=pa.array(["XYZ", "XYZ"]).dictionary_encode())
    parquet.write_table(table.append_column("__index_level_0__", pa.array(TIMES, pa.timestamp("ns", "UTC"))), path)
    assert read(path).bars == bars(HOURS, FIRST, SECOND)


@pytest.mark.parametrize("writer", [pa.ipc.new_file, pa.ipc.new_stream])
def test_arrow_files_and_streams_are_read(tmp_path: Path, writer: Any) -> None:
    path = tmp_path / "bars.arrow"
    table = _table(time=pa.array(TIMES, pa.timestamp("us", "UTC")))
    with pa.OSFile(str(path), "wb") as sink, writer(sink, table.schema) as out:
        out.write_table(table)
    assert read(path, symbol="XYZ").bars == bars(HOURS, FIRST, SECOND)


def test_null_rows_of_a_parquet_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "bars.parquet"
    days = pa.array([date(2031, 3, 13), date(2031, 3, 14)])
    prices = {name: pa.array([2.0, None]) for name in ("open", "high", "low", "close")}
    parquet.write_table(pa.table({"date": days, **prices}), path)
    file = read(path, symbol="XYZ")
    assert (file.bars, file.unusable) == (bars(DAYS[:1], "2 2 2 2 None"), ["line 2: unusable: open is missing"])


def test_what_is_no_parquet_file_is_refused_in_a_line(tmp_path: Path) -> None:
    assert asked(written(tmp_path, "Date,Open\n", "bars.parquet"), symbol="XYZ").startswith("cannot be read: Parquet ")


def _wide(*order: str) -> pd.DataFrame:
    """Two tickers side by side, as yfinance downloads them."""
    figures = {"Close": (21.4, 21.15), "High": (21.75, 22.0), "Low": (20.01, 21.1), "Open": (20.5, 21.4)}
    columns = {(name, "XYZ"): values for name, values in figures.items()}
    columns |= {("Volume", "XYZ"): (1500, 980), **{(name, "ABC"): (1.0, 2.0) for name in figures}}
    index = pd.DatetimeIndex(["2031-03-13", "2031-03-14"], name="Date")
    return pd.DataFrame(columns, index=index).rename_axis(columns=order)


@pytest.mark.parametrize("first", ["Price", "Ticker"])
@pytest.mark.parametrize("index", ["Date", None])
def test_a_header_of_pairs_in_parquet_is_that_of_yfinance(tmp_path: Path, first: str, index: str | None) -> None:
    frame = _wide("Price", "Ticker")
    frame.index.name = index
    (frame if first == "Price" else frame.swaplevel(axis=1)).to_parquet(tmp_path / "bars.parquet")
    assert read(tmp_path / "bars.parquet", symbol="XYZ").bars == bars(DAYS, FIRST, SECOND)
    asking = "line 2: yfinance: the columns are of XYZ, ABC: name one with --symbol"
    assert asked(tmp_path / "bars.parquet") == asking


def test_midnights_without_a_zone_are_dates_in_parquet_and_other_times_need_it(tmp_path: Path) -> None:
    days = pa.array([datetime(2031, 3, 13), datetime(2031, 3, 14)], pa.timestamp("ns"))
    parquet.write_table(_table(time=days), tmp_path / "days.parquet")
    assert read(tmp_path / "days.parquet", symbol="XYZ").bars == bars(DAYS, FIRST, SECOND)
    hours = pa.array([time.replace(tzinfo=None) for time in TIMES], pa.timestamp("ns"))
    parquet.write_table(_table(time=hours), tmp_path / "hours.parquet")
    assert read(tmp_path / "hours.parquet", symbol="XYZ", timezone="UTC").bars == bars(HOURS, FIRST, SECOND)
    assert asked(tmp_path / "hours.parquet", symbol="XYZ").endswith("has no UTC offset: name its zone with --timezone")


def test_a_document_that_is_too_large_is_refused_with_what_would_do(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"bars": [ONE, TWO]}, indent=2), "bars.json")
    with patch.object(json_records, "_LARGEST", 100):
        complaint = "the document is larger than 256 MB: write its bars one a line, as with jq -c '.[]'"
        assert asked(path, symbol="XYZ") == complaint
