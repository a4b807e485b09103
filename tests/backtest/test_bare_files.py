"""R40 in bare files: bars that end at or before a row's timestamp precede it; rows execute, close and cancel."""

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from api.clock import wall_clock
from api.files.bar_file import BarFile
from api.files.intervals import Interval
from api.files.text_file import BadFile
from api.replay.backtest import BacktestResult
from api.replay.from_files import BareFiles, run_files
from tests.backtest.ledgers import QUIET

DAILY = Interval.parse("1d")
BARS = """\
date,open,high,low,close,volume
2024-01-02,100,101,99,100,1000
2024-01-03,100,103,99,102,1000
2024-01-04,102,111,101,110,1000
"""
SIGNALS = """\
symbol,side,timestamp,stopLoss,target1,quantity,trailingStop.activation,trailingStop.offset
AAPL,LONG,2024-01-03T00:00:00Z,95,110,10,,
AAPL,SHORT,2024-01-04T00:00:00Z,120,90,5,80,2
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def backtest(folder: Path, bars: str = BARS, signals: str = SIGNALS, name: str = "signals.csv") -> BacktestResult:
    """The backtest of daily bars of AAPL and some signals, without costs."""
    settings = write(folder / "settings.json", '{"useRealisticFills": false, "startingCapital": 20000}')
    file = BarFile(write(folder / "bars.csv", bars), DAILY, "AAPL")
    return run_files(BareFiles([file], write(folder / name, signals), settings), wall_clock, QUIET)


def complaint(folder: Path, **files: str) -> str:
    with pytest.raises(BadFile) as error:
        backtest(folder, **files)
    return str(error.value)


def test_a_signal_fills_at_the_close_of_the_bar_that_ends_at_its_timestamp(tmp_path: Path) -> None:
    result = backtest(tmp_path)
    assert [(position.entry_time.day, str(position.fills[0].raw_price)) for position in result.positions] == [
        (3, "100"),
        (4, "102"),
    ]
    [trade] = result.trades
    assert (str(trade.exit_price), str(trade.realized_pnl)) == ("110.00000000", "100.00000000")
    assert str(result.equity) == "20060.00000000"
    assert [(day.day.day, str(day.equity), day.was_held) for day in result.days] == [
        (2, "20000", False),
        (3, "20020.00000000", True),
        (4, "20060.00000000", True),
    ]


def test_signals_as_json_lines_give_the_same_ledger_as_the_same_signals_as_csv(tmp_path: Path) -> None:
    rows = [
        {"symbol": "AAPL", "side": "LONG", "timestamp": "2024-01-02T19:00:00-05:00"}
        | {"stopLoss": 95, "target1": "110", "quantity": 10.0},
        {"symbol": "AAPL", "side": "SHORT", "timestamp": "2024-01-04T00:00:00Z", "stopLoss": "120", "target1": "90"}
        | {"quantity": "5", "trailingStop": {"activation": "80", "offset": "2"}, "target2": None},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    from_csv, from_json = backtest(tmp_path), backtest(tmp_path, signals=lines, name="signals.jsonl")
    assert from_json.metrics == from_csv.metrics
    assert [position.fills for position in from_json.positions] == [position.fills for position in from_csv.positions]
    assert from_json.points == from_csv.points


def test_a_signal_at_the_close_fills_there_whether_its_row_comes_before_the_bar_or_with_it(tmp_path: Path) -> None:
    """Of the close of 3 January: one row is dated in the middle of the day, the other at its end."""
    signals = """symbol,side,entry,timestamp,stopPercent,target1R,quantity,timeInForce
AAPL,LONG,AT_CLOSE,2024-01-03T12:00:00Z,10,2,1,GTC
AAPL,LONG,AT_CLOSE,2024-01-04T00:00:00Z,10,2,1,
"""
    result = backtest(tmp_path, signals=signals)
    assert [(position.entry_time, position.entry_price) for position in result.positions] == [
        (datetime(2024, 1, 4, tzinfo=UTC), Decimal(102))
    ] * 2
    assert [(str(position.stop), str(position.target1)) for position in result.positions] == [
        ("91.80000000", "122.40000000")
    ] * 2


def test_columns_of_levels_may_be_missing(tmp_path: Path) -> None:
    signals = "symbol,side,timestamp,quantity,expiresAt\nAAPL,LONG,2024-01-03T00:00:00Z,3,2024-01-04T00:00:00Z\n"
    result = backtest(tmp_path, signals=signals)
    [trade] = result.trades
    assert (trade.initial_stop, trade.r_multiple, str(trade.realized_pnl)) == (None, None, "6.00000000")
    assert (result.metrics.average_r, str(result.metrics.win_rate)) == (None, "100.000000000000")


def test_days_and_annual_figures_are_those_of_the_settings_timezone_and_of_what_was_traded(tmp_path: Path) -> None:
    """Bars of midnight in Tokyo are of its own days; an account that trades coins alone has 365 days in a year."""
    bars = BARS.replace("2024-01-02,", "2024-01-31T00:00:00+09:00,")
    bars = bars.replace("2024-01-03,", "2024-02-01T00:00:00+09:00,").replace(
        "2024-01-04,", "2024-02-02T00:00:00+09:00,"
    )
    signals = """symbol,side,assetClass,timestamp,stopLoss,target1,quantity
BTC,LONG,CRYPTO,2024-02-01T00:00:00+09:00,95,200,10
"""
    settings = write(tmp_path / "settings.json", '{"useRealisticFills": false, "timezone": "Asia/Tokyo"}')
    file = BarFile(write(tmp_path / "bars.csv", bars), DAILY, "BTC")
    result = run_files(BareFiles([file], write(tmp_path / "signals.csv", signals), settings), wall_clock, QUIET)
    assert [(str(day.day), str(day.equity)) for day in result.days] == [
        ("2024-01-31", "100000"),
        ("2024-02-01", "100020.00000000"),
        ("2024-02-02", "100100.00000000"),
    ]
    assert result.periods_per_year == 365


def test_a_backtest_is_the_same_in_every_run(tmp_path: Path) -> None:
    one, other = backtest(tmp_path), backtest(tmp_path)
    assert [trade.id for trade in one.trades] == [trade.id for trade in other.trades]
    assert one.points == other.points


def test_bars_of_several_files_and_of_several_symbols_in_one_are_merged_by_their_ends(tmp_path: Path) -> None:
    header = "symbol,date,open,high,low,close"
    both = write(tmp_path / "both.csv", f"{header}\nB,2024-01-02,5,5,5,5\nB,2024-01-03,6,6,6,6\nA,2024-01-02,1,1,1,1\n")
    zipped = tmp_path / "c.csv.gz"
    zipped.write_bytes(gzip.compress(b"date,open,high,low,close\n2024-01-02,7,7,7,7\n"))
    signals = "symbol,side,timestamp,stopLoss,target1,quantity\n" + "".join(
        f"{symbol},LONG,2024-01-03T00:00:00Z,0.5,99,1\n" for symbol in "ABC"
    )
    files = [BarFile(both, DAILY), BarFile(zipped, DAILY, "C")]
    result = run_files(BareFiles(files, write(tmp_path / "signals.csv", signals)), wall_clock, QUIET)
    assert [str(position.fills[0].raw_price) for position in result.positions] == ["1", "5", "7"]
    assert (result.applied, result.not_applied) == (4, [])


def test_a_bar_that_contradicts_another_is_named_by_its_line(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, BARS.replace("102,1000", close)) for name, close in TWICE.items()]
    files = [BarFile(path, DAILY, "AAPL") for path in paths]
    result = run_files(BareFiles(files, write(tmp_path / "signals.csv", SIGNALS)), wall_clock, QUIET)
    assert (result.applied, result.duplicates) == (3, 2)
    [refused] = result.not_applied
    assert (refused.place.path.name, refused.place.line, refused.outcome.value) == ("two.csv", 3, "CONFLICT")


SECOND = "signals.csv line 2: "
TWICE = {"one.csv": "102,1000", "two.csv": "101,1000"}


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ("symbol,stop\nAAPL,1\n", "signals.csv line 2: there is no field 'stop': is it stopLoss?"),
        ("symbol,side,quantity\n,LONG,1\n", "signals.csv line 2: symbol is missing"),
        (SIGNALS.replace(",10,,", ",ten,,"), f"{SECOND}quantity must be a number such as"),
        (SIGNALS.replace(",10,,", ",10"), "signals.csv line 2: the row has 6 cells, the header 8"),
        (
            SIGNALS.replace("2024-01-03T00:00:00Z", "2024-01-03"),
            "signals.csv line 2: timestamp 2024-01-03 is a day without a time: say when on it, as in",
        ),
        (
            SIGNALS.replace("2024-01-03T00:00:00Z", ""),
            "signals.csv line 2: timestamp is missing: it says which bars come before",
        ),
        (SIGNALS.replace("LONG", "UP"), "signals.csv line 2: side must be LONG or SHORT, not 'UP'"),
        (SIGNALS.replace(",5,80,2", ",,80,2"), "signals.csv line 3: give exactly one of quantity and riskPercent"),
        (SIGNALS.replace("AAPL", "A APL", 1), "signals.csv line 2: symbol must be 1 to 32 of A-Z, 0-9 and"),
    ],
)  # fmt: skip
def test_a_bad_signal_is_reported_in_one_line(tmp_path: Path, signals: str, expected: str) -> None:
    assert complaint(tmp_path, signals=signals).startswith(expected)


def test_a_bad_file_of_bars_or_json_line_is_reported_in_one_line(tmp_path: Path) -> None:
    expected = "bars.csv line 5: '2024-01-05 16:00' has no UTC offset: name its zone with --timezone"
    assert complaint(tmp_path, bars=BARS + "2024-01-05 16:00,3,3,3,3,\n") == expected
    assert complaint(tmp_path, signals="{}\n[1]\n", name="s.jsonl") == "s.jsonl line 1: symbol is missing"
    assert complaint(tmp_path, signals="\n[1]\n", name="s.jsonl") == "s.jsonl line 2: not a JSON object"


def test_a_malformed_row_of_bars_is_named_and_the_rest_is_applied(tmp_path: Path) -> None:
    rows = BARS.replace("2024-01-04", "2024-01-04,null,null,null,null,null\n2024-01-05")
    result = backtest(tmp_path, bars=rows)
    assert result.applied == 3
    assert result.notes == [
        "bars.csv: 3 bars of AAPL, 1d each, 2024-01-02T00:00Z to 2024-01-06T00:00Z",
        "bars.csv: line 4: unusable: open is missing",
    ]
    strict = BareFiles([BarFile(tmp_path / "bars.csv", symbol="AAPL")], tmp_path / "signals.csv", strict=True)
    with pytest.raises(BadFile, match=r"^bars\.csv: line 4: unusable: open is missing$"):
        run_files(strict, wall_clock, QUIET)


def test_an_id_that_comes_again_with_other_content_is_refused(tmp_path: Path) -> None:
    row = "1e0e0a44-0b3c-4b61-9c38-8a5c6c1d1a11,AAPL,LONG,2024-01-03T00:00:00Z,95,110,{}\n"
    signals = "id,symbol,side,timestamp,stopLoss,target1,quantity\n" + row.format(10) + row.format(11)
    assert complaint(tmp_path, signals=signals) == (
        "signals.csv line 3: signal 1e0e0a44-0b3c-4b61-9c38-8a5c6c1d1a11 was sent before with other content (R5) "
        "(IDEMPOTENCY_CONFLICT)"
    )
    again = "id,symbol,side,timestamp,stopLoss,target1,quantity\n" + row.format(10) + row.format(10)
    assert len(backtest(tmp_path, signals=again).signals) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"leverage": 99}', "leverage must be from 0.01 to 50, not 99"),
        ('{"slippage": {}}', "slippage must have exactly one of percent, perShare, volumeShare"),
        ('{"slipage": {}}', "there is no field 'slipage': is it slippage?"),
        (
            '{"timezone": "Tokyo"}',
            "timezone must be an IANA name such as Europe/Zurich, not 'Tokyo': is it Asia/Tokyo?",
        ),
        ("{", "not JSON"),
    ],
)
def test_bad_settings_are_reported_in_one_line(tmp_path: Path, text: str, expected: str) -> None:
    bars, signals = write(tmp_path / "bars.csv", BARS), write(tmp_path / "signals.csv", SIGNALS)
    files = BareFiles([BarFile(bars, DAILY, "AAPL")], signals, write(tmp_path / "settings.json", text))
    with pytest.raises(BadFile, match=r"^settings\.json: ") as error:
        run_files(files, wall_clock, QUIET)
    assert expected in str(error.value)


def test_a_bar_from_the_future_is_not_applied(tmp_path: Path) -> None:
    bars, signals = write(tmp_path / "bars.csv", BARS), write(tmp_path / "signals.csv", "symbol,side\n")
    files = BareFiles([BarFile(bars, DAILY, "AAPL")], signals)
    result = run_files(files, lambda: datetime(2024, 1, 4, tzinfo=UTC), QUIET)
    assert result.applied == 2
    assert [(row.place.line, row.outcome.value) for row in result.not_applied] == [(4, "INVALID")]


def test_a_symbol_of_which_there_are_no_bars_is_said(tmp_path: Path) -> None:
    signals = write(tmp_path / "signals.csv", SIGNALS.replace("AAPL", "MSFT", 1))
    result = run_files(
        BareFiles([BarFile(write(tmp_path / "bars.csv", BARS), DAILY, "AAPL")], signals), wall_clock, QUIET
    )
    assert "signals.csv line 2: there are no bars of MSFT" in result.notes
