"""Bars in the documents that interfaces and pandas write: by time, column by column, with their symbol elsewhere."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.files.reading import DAYS, HOURS, asked, bars, read, written

FIRST, SECOND = "20.5 21.75 20.01 21.4 1500", "21.4 22 21.1 21.15 980"
FIGURES = {
    "open": ["20.5", "21.4"],
    "high": ["21.75", "22.0"],
    "low": ["20.01", "21.1"],
    "close": ["21.4", "21.15"],
    "volume": ["1500", "980"],
}
ROWS = [dict(zip(FIGURES, row, strict=True)) for row in zip(*FIGURES.values(), strict=True)]
DATES = ("2031-03-13", "2031-03-14")
ALPHA_VANTAGE = {
    "Meta Data": {"1. Information": "Daily Prices", "2. Symbol": "XYZ"},
    "Time Series (Daily)": {
        date: {f"{number}. {name}": figure for number, (name, figure) in enumerate(row.items(), start=1)}
        for date, row in reversed([*zip(DATES, ROWS, strict=True)])
    },
}
TWELVE_DATA = {
    "meta": {"symbol": "XYZ", "interval": "1day"},
    "values": [{"datetime": date, **row} for date, row in zip(DATES, ROWS, strict=True)],
    "status": "ok",
}
COLUMNS = {
    "s": "ok",
    "t": [1930294800, 1930298400],
    **{name[0]: [float(figure) for figure in figures] for name, figures in FIGURES.items()},
}


@pytest.mark.parametrize("value", [ALPHA_VANTAGE, TWELVE_DATA])
@pytest.mark.parametrize("indent", [None, 2])
def test_the_symbol_may_stand_in_a_description(tmp_path: Path, value: object, indent: int | None) -> None:
    path = written(tmp_path, json.dumps(value, indent=indent), "bars.json")
    assert read(path).bars == bars(DAYS, FIRST, SECOND)


def test_the_columns_of_a_chart_are_put_side_by_side(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(COLUMNS), "bars.json")
    assert read(path, symbol="XYZ").bars == bars(HOURS, FIRST, SECOND)


def test_the_prices_of_a_candle_may_stand_in_one_object(tmp_path: Path) -> None:
    candles = [
        {
            "time": start,
            "volume": row["volume"],
            "mid": {name[0]: row[name] for name in ("open", "high", "low", "close")},
        }
        for (start, _), row in zip(HOURS, ROWS, strict=True)
    ]
    path = written(tmp_path, json.dumps({"instrument": "X_YZ", "candles": candles}), "bars.json")
    assert read(path, symbol="XYZ").bars == bars(HOURS, FIRST, SECOND)


@pytest.mark.parametrize("orient", ["columns", "index", "split", "records", "table"])
@pytest.mark.parametrize("are_counts", [True, False])
def test_what_pandas_writes_is_read_whatever_its_orientation(tmp_path: Path, orient: str, *, are_counts: bool) -> None:
    times = pd.DatetimeIndex([pd.Timestamp(start) for start, _ in HOURS]).as_unit("ms")
    index = pd.Index([*times.asi8] if are_counts else times, name="Date")
    frame = pd.DataFrame({name: map(float, figures) for name, figures in FIGURES.items()}, index=index)
    if orient in ("records", "table"):
        frame = frame.reset_index()
        frame.index.name = None
    path = tmp_path / "bars.json"
    frame.to_json(path, orient=orient, date_format="iso")
    assert read(path, symbol="XYZ").bars == bars(HOURS, FIRST, SECOND)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            json.dumps(COLUMNS | {"c": [21.4]}),
            "its columns are not of one length: t 2, o 2, h 2, l 2, c 1, v 2",
        ),
        (json.dumps([TWELVE_DATA]) + "\n[]", "not JSON: Extra data: line 1 column 300 (char 299)"),
        (
            '{"columns": ["open"], "index": [1, 2], "data": [[1]]}',
            "its index and its data are not of one length",
        ),
        ('{"bars": [1] "x": 2}', "not JSON: Expecting ',' delimiter: line 1 column 14 (char 13)"),
        ('{"bars" [1]}', "not JSON: Expecting ':' delimiter: line 1 column 9 (char 8)"),
        ("{bars: [1]}", "not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ('{"bars": [1,', "not JSON: Expecting value: line 1 column 13 (char 12)"),
    ],
)
def test_a_document_that_is_not_whole_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    assert asked(written(tmp_path, text, "bars.json"), symbol="XYZ").startswith(complaint)
