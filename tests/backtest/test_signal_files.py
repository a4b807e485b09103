"""Files of signals: put in order of time, with closings and cancellations, they give the ledger of the paper run."""

import csv
import json
from collections import Counter
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from rich.console import Console

from api.clock import wall_clock
from api.files.bar_file import BarFile
from api.files.intervals import parse_timezone
from api.files.text_file import BadFile
from api.replay.backtest import BacktestResult
from api.replay.from_files import BareFiles, run_files
from api.report.backtest_text import print_report
from tests.api.desk import Client, desk_on
from tests.backtest.ledgers import QUIET, replayed_ledger, stored_ledger

Row = dict[str, str]

FIRST = datetime(2024, 1, 2)
CLOSES = (100, 102, 101, 104, 103, 99, 97, 98, 101, 105, 104, 106, 108)
SAME = ("fills", "trades", "points", "days", "stats", "metrics")


def at(day: int) -> str:
    """The end of a day's bar."""
    return f"{FIRST + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}"


def numbered(number: int) -> str:
    return str(UUID(int=number))


def bar(day: int) -> Row:
    opened, close = CLOSES[day - 1], CLOSES[day]
    figures = {"open": opened, "high": max(opened, close) + 1, "low": min(opened, close) - 1, "close": close}
    return {
        "symbol": "AAPL",
        "start": at(day - 1),
        "end": at(day),
        **{key: str(value) for key, value in figures.items()},
    }


def signal(number: int, day: int, **content: str) -> Row:
    whole = {"id": numbered(number), "symbol": "AAPL", "side": "LONG", "timestamp": at(day), "quantity": "10"}
    return whole | {"stopLoss": "90", "target1": "120"} | content


def ending(action: str, number: int, day: int, **content: str) -> Row:
    return {"action": action, "signalId": numbered(number), "timestamp": at(day), **content}


SCENARIO = [
    signal(1, 1),
    signal(2, 1, side="SHORT", stopLoss="110", target1="90"),
    signal(3, 2, entry="LIMIT", entryPrice="95"),
    ending("close", 1, 3),
    signal(4, 3, stopLoss="102"),
    ending("cancel", 3, 4),
    signal(5, 4, entry="STOP", entryPrice="109"),
    signal(6, 5, entry="NEXT_OPEN"),
    ending("close", 4, 6),  # stopped out before
    ending("close", 2, 6, marketPrice="96.5"),
    signal(7, 6, side="SHORT", stopLoss="120", target1="80"),
    signal(8, 7, target1="100", target2="104"),
    ending("close", 7, 8),
    signal(9, 9, quantity="100000"),  # too large
    ending("cancel", 5, 9),
    signal(10, 10),
    signal(11, 10, entry="LIMIT", entryPrice="104", goodUntil=at(11)),
    ending("close", 6, 11),
    ending("close", 10, 12, quantity="4"),
    signal(12, 12),
    {"action": "closeAll", "timestamp": at(12)},
]


def as_csv(rows: list[Row]) -> str:
    text = StringIO()
    columns = list(dict.fromkeys(key for row in rows for key in row))
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_json_lines(rows: list[Row]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def backtest(folder: Path, signals: str, name: str = "signals.csv", timezone: str | None = None) -> BacktestResult:
    header = "date,open,high,low,close\n"
    rows = [bar(day) for day in range(1, len(CLOSES))]
    text = "".join(",".join([row["start"][:10], *list(row.values())[3:]]) + "\n" for row in rows)
    bars = BarFile(write(folder / "bars.csv", header + text), symbol="AAPL")
    zone = None if timezone is None else parse_timezone(timezone)
    return run_files(BareFiles([bars], write(folder / name, signals), timezone=zone), wall_clock, QUIET)


async def play(client: Client, rows: list[Row]) -> None:
    """The paper run: a day's bar, then what is done at its end."""
    await client.do("enable")
    for day in range(1, len(CLOSES)):
        await client.do("ingestBars", bars=[bar(day)])
        for row in rows:
            if row["timestamp"] == at(day):
                await _do(client, row)


async def _do(client: Client, row: Row) -> None:
    content = {key: value for key, value in row.items() if key not in ("action", "signalId")}
    match row.get("action"):
        case None:
            await client.do("executeSignal", **content)
        case "cancel":
            await client.do("cancelSignal", signalId=row["signalId"])
        case "closeAll":
            await client.do("closeAll", **content)
        case "close":
            nodes = (await client.ask("{ positions(first: 100) { nodes { id signalId } } }"))["positions"]["nodes"]
            [position] = [shown["id"] for shown in nodes if shown["signalId"] == row["signalId"]]
            await client.do("closePosition", positionId=position, **content)


async def test_twelve_signals_with_exits_give_the_paper_runs_result(database_url: str, tmp_path: Path) -> None:
    async with desk_on(database_url) as client:
        await play(client, SCENARIO)
        paper = await stored_ledger(client.database, "default", 1)
    for name, text in (("signals.csv", as_csv(SCENARIO)), ("signals.jsonl", as_json_lines(SCENARIO))):
        result = backtest(tmp_path, text, name)
        ledger = replayed_ledger(result)
        assert {key: ledger[key] for key in SAME} == {key: paper[key] for key in SAME}
    assert len(paper["trades"]) == 9
    statuses = Counter(signal.status.value for signal in result.signals)
    assert statuses == {"CANCELLED": 2, "EXECUTED": 9, "REJECTED": 1}


def test_a_closing_that_comes_too_late_is_named_and_the_backtest_goes_on(tmp_path: Path) -> None:
    result = backtest(tmp_path, as_csv(SCENARIO))
    assert [(row.place.line, row.outcome.value, row.message) for row in result.not_applied] == [
        (10, "POSITION_NOT_OPEN", "the position is closed already")
    ]
    screen = Console(file=StringIO(), width=200)
    print_report(result, screen)
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "signals.csv line 10: POSITION_NOT_OPEN: the position is closed already" in shown
    assert "bars.csv: 12 bars of AAPL, 1d each, 2024-01-02T00:00Z to 2024-01-14T00:00Z" in shown


def test_rows_are_taken_in_order_of_time_and_the_reordering_is_reported(tmp_path: Path) -> None:
    whole = backtest(tmp_path, as_csv(SCENARIO))
    mixed = backtest(tmp_path, as_csv(SCENARIO[12:] + SCENARIO[:12]))
    reversed_ = backtest(tmp_path, as_csv(SCENARIO[::-1]))
    assert mixed.trades == reversed_.trades == whole.trades
    assert [note for note in whole.notes if "order" in note] == []
    assert mixed.notes[1:] == [
        "signals.csv: the rows are taken in order of time: line 11 is earlier than the one above it"
    ]
    assert reversed_.notes[1:] == [
        "signals.csv: the rows are taken in order of time: line 5 is earlier than the one above it"
    ]


def test_a_signal_out_of_order_fills_at_the_price_of_its_own_time(tmp_path: Path) -> None:
    result = backtest(tmp_path, as_csv([signal(1, 9), signal(2, 2)]))
    assert [str(position.fills[0].raw_price) for position in result.positions] == ["101", "105"]


def test_lower_case_symbols_are_read_as_capitals_and_this_is_reported(tmp_path: Path) -> None:
    result = backtest(tmp_path, as_csv([signal(1, 2, symbol="aapl")]))
    assert [signal.request.symbol for signal in result.signals] == ["AAPL"]
    assert result.notes[1:] == ["signals.csv: symbols in lower case are read as capitals: aapl"]


def test_figures_are_read_as_libraries_write_them(tmp_path: Path) -> None:
    line = '{"symbol":"AAPL","side":"LONG","timestamp":"%s","stopLoss":9.5123456789012e1,"target1":120,"quantity":10.0}'
    result = backtest(tmp_path, line % at(2) + "\n", "signals.jsonl")
    assert str(result.signals[0].request.stop_loss) == "95.12345679"
    assert str(result.signals[0].request.quantity) == "10.0"


def test_a_time_without_an_offset_is_of_the_zone_that_is_named(tmp_path: Path) -> None:
    text = as_csv([signal(1, 2, timestamp="2024-01-03 19:00:00")])
    result = backtest(tmp_path, text, timezone="America/New_York")
    assert [str(signal.timestamp) for signal in result.signals] == ["2024-01-04 00:00:00+00:00"]
    with pytest.raises(BadFile) as caught:
        backtest(tmp_path, text)
    assert str(caught.value) == (
        "signals.csv line 2: timestamp '2024-01-03 19:00:00' has no UTC offset: end it with Z or an offset such as "
        "+01:00, or name its zone with --timezone"
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([ending("sell", 1, 3)], "line 2: action must be execute, close, closeAll or cancel, not 'sell'"),
        ([ending("close", 1, 3)], "line 2: no signal of this file with that id comes before it in time"),
        ([ending("close", 1, 3), signal(1, 4)], "line 2: no signal of this file with that id comes before it in"),
        ([signal(1, 2), ending("close", 1, 3, symbol="F")], "line 3: symbol is F, but the signal of that id has AAPL"),
        ([signal(1, 2), ending("cancel", 1, 3, quantity="5")], "line 3: to close or cancel takes no 'quantity': it"),
        (
            [signal(1, 2), ending("close", 1, 3, percent="101")],
            "line 3: percent must be above 0 and at most 100",
        ),
        (
            [signal(1, 2), {"action": "closeAll", "timestamp": at(3), "percent": "5"}],
            "line 3: to close or cancel takes",
        ),
        ([signal(1, 2), ending("cancel", 1, 3, marketPrice="5")], "line 3: to close or cancel takes no 'marketPrice'"),
        ([signal(1, 2), {"action": "close", "timestamp": at(3)}], "line 3: a position is named by one of signalId"),
        ([signal(1, 2), {"action": "cancel", "timestamp": at(3)}], "line 3: signalId must be a UUID, not None"),
        ([signal(1, 2), ending("close", 1, 3, id="mine")], "line 3: id must be a UUID, not 'mine'"),
        ([signal(1, 2), ending("close", 1, 3, timestamp="")], "line 3: timestamp is missing: it says which bars"),
        ([signal(1, 2, timestamp="2024-11-03 01:30")], "line 2: timestamp '2024-11-03 01:30' comes twice in America"),
        ([signal(1, 2, timestamp="2024-03-10 02:30")], "line 2: 2024-03-10 02:30:00 does not exist in America/New_"),
    ],
)
def test_a_bad_row_is_reported_with_its_line(tmp_path: Path, rows: list[Row], expected: str) -> None:
    with pytest.raises(BadFile) as caught:
        backtest(tmp_path, as_csv(rows), timezone="America/New_York")
    assert str(caught.value).startswith(f"signals.csv {expected}")


def test_a_position_may_be_named_as_the_api_names_it(tmp_path: Path) -> None:
    position = backtest(tmp_path, as_csv([signal(1, 2)])).positions[0]
    closing = {"action": "close", "positionId": f"Position_{position.id}", "timestamp": at(4), "id": numbered(9)}
    [trade] = backtest(tmp_path, as_json_lines([signal(1, 2), closing]), "signals.jsonl").trades
    assert (trade.exit_reason.value, str(trade.exit_time)) == ("MANUAL", "2024-01-06 00:00:00+00:00")
