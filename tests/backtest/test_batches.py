"""The bars between two signals are applied together: what comes of that is what comes of one end after the other."""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from unittest.mock import patch

import pytest

from api.files import bars_csv, ordered_rows
from api.files.bar_file import BarFile, checked
from api.files.signal_file import read_schedule
from api.files.text_file import Place, Places
from api.replay import backtest, bare_files
from api.replay.backtest import BacktestResult, run
from api.replay.backtest_input import AnyStep, BacktestInput, BacktestStep
from api.replay.bare_files import bare_backtest_input, new_account
from domain.engine.commands import ExecuteSignal, Ingest, Times
from domain.engine.open_group import OpenGroup
from domain.market.bar import Bar

START = datetime(2024, 3, 8, 20, tzinfo=UTC)
WALL = datetime(2024, 6, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SIGNALS = "symbol,side,timestamp,stopLoss,target1,target2,quantity,trailingStop.activation,trailingStop.offset,note\n"


def bar_rows(chance: random.Random, count: int) -> tuple[str, list[float]]:
    """A random walk with gaps in time."""
    rows, closes, close, time = [], [], 100.0, START
    for _ in range(count):
        opened, close = close, round(close + chance.uniform(-2, 2), 2)
        high, low = max(opened, close) + 0.5, min(opened, close) - 0.5
        rows.append(f"{time.isoformat()},{opened:.2f},{high:.2f},{low:.2f},{close:.2f},{chance.randint(0, 9_000)}\n")
        closes.append(close)
        time += MINUTE * chance.choice((1, 1, 1, 2, 400))
    return "time,open,high,low,close,volume\n" + "".join(rows), closes


def write_files(folder: Path, seed: int) -> list[BarFile]:
    """Bars of two symbols, those of one of them in two files that hold some bars twice, and signals."""
    chance, files, signals = random.Random(seed), [], []
    for name, symbol in (("a", "AAPL"), ("b", "MSFT")):
        text, closes = bar_rows(chance, 120)
        (folder / f"{name}.csv").write_text(text)
        files.append(BarFile(folder / f"{name}.csv", None, symbol))
        for place in range(5, 110, 9):
            row = text.splitlines()[place + 1].partition(",")[0]
            end, sign, price = datetime.fromisoformat(row) + MINUTE, chance.choice((1, -1)), closes[place]
            levels = ",".join(f"{price + sign * span:.2f}" for span in (-3, 4, 6))
            trail = f"{price + sign:.2f},1" if chance.random() < 0.5 else ","
            side = "LONG" if sign > 0 else "SHORT"
            signals.append(f"{symbol},{side},{end.isoformat()},{levels},{chance.randint(1, 50)},{trail},\n")
    lines = (folder / "a.csv").read_text().splitlines(keepends=True)
    other = [f"{line.strip()}1\n" if number % 7 == 0 else line for number, line in enumerate(lines[60:70])]
    (folder / "again.csv").write_text(lines[0] + "".join(other))
    (folder / "signals.csv").write_text(SIGNALS + "".join(signals))
    return [*files, BarFile(folder / "again.csv", None, "AAPL")]


@contextmanager
def an_input(folder: Path, files: Sequence[BarFile]) -> Iterator[BacktestInput]:
    account = new_account("default", {"timezone": "America/New_York"}, WALL)
    with ExitStack() as stack, (folder / "signals.csv").open() as signals:
        schedule = read_schedule("default", folder / "signals.csv", signals)
        bars = [stack.enter_context(checked(file)) for file in files]
        yield bare_backtest_input(account, bars, schedule, WALL)


def one_by_one(steps: Iterator[AnyStep]) -> Iterator[AnyStep]:
    """The same steps with a batch for each end."""
    for step in steps:
        if not isinstance(step, BacktestStep) or not isinstance(step.command, Ingest):
            yield step
            continue
        numbered = [(number, bar) for number, bar in enumerate(step.command.updates) if isinstance(bar, Bar)]
        for end, batch in groupby(numbered, key=lambda item: item[1].end):
            numbers, bars = zip(*batch, strict=True)
            places = [step.places.at(number) for number in numbers]
            lines = Places([place.path for place in places], [place.line for place in places])
            yield BacktestStep(Ingest(bars), Times(step.times.recorded_at, end), lines)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("block", [4, 1_000])
def test_a_backtest_is_the_same_however_many_bars_are_applied_together(tmp_path: Path, seed: int, block: int) -> None:
    files = write_files(tmp_path, seed)
    results: list[BacktestResult] = []
    with patch.object(bars_csv, "_BLOCK", block), patch.object(bare_files, "_BLOCK", block):
        for split in (one_by_one, iter):
            with an_input(tmp_path, files) as whole:
                results.append(run(replace(whole, steps=split(whole.steps))))
    one, other = results
    assert one == other
    assert one.trades
    assert one.duplicates
    assert {refused.place.path.name for refused in one.not_applied} == {"again.csv"}


@pytest.mark.parametrize("seed", range(6))
def test_bars_that_concern_nobody_are_taken_together_as_they_are_one_by_one(tmp_path: Path, seed: int) -> None:
    of_two_symbols = write_files(tmp_path, seed)
    for files in (of_two_symbols[::2], of_two_symbols):
        with an_input(tmp_path, files) as whole:
            together = run(whole)
        with (
            patch.object(OpenGroup, "pass_over", lambda _, updates, place, until: place),
            patch.object(OpenGroup, "pass_by", lambda _, updates, place, latest: place),
            an_input(tmp_path, files) as whole,
        ):
            assert run(whole) == together
        assert together.trades
        assert together.points


@pytest.mark.parametrize("seed", range(3))
def test_a_backtest_is_the_same_however_late_its_equity_is_worked_out(tmp_path: Path, seed: int) -> None:
    files = write_files(tmp_path, seed)
    results: list[BacktestResult] = []
    for most in (0, 7, 1_000):
        with patch.object(backtest, "_MOST_KEPT", most), an_input(tmp_path, files) as whole:
            results.append(run(whole))
    assert results[0] == results[1] == results[2]
    assert results[0].points


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("is_ordered", [True, False])
def test_a_backtest_is_the_same_however_many_rows_are_kept_as_they_were_read(
    tmp_path: Path, seed: int, is_ordered: bool
) -> None:
    files = write_files(tmp_path, seed)
    if not is_ordered:
        *lines, one, other = files[0].path.read_text().splitlines(keepends=True)
        files[0].path.write_text("".join((*lines, other, one)))
    results: list[BacktestResult] = []
    for most in (0, 50, 1_000):
        with (
            patch.object(ordered_rows, "_MOST_IN_MEMORY", most),
            patch.object(bars_csv, "_BLOCK", 16),
            an_input(tmp_path, files) as whole,
        ):
            results.append(run(whole))
    assert results[0] == results[1] == results[2]
    assert results[0].trades


@pytest.mark.parametrize("block", [3, 1_000])
def test_bars_of_one_end_are_never_parted_and_those_between_two_signals_come_together(
    tmp_path: Path, block: int
) -> None:
    files = write_files(tmp_path, 1)
    with patch.object(bare_files, "_BLOCK", block), an_input(tmp_path, files) as whole:
        steps = [step for step in whole.steps if isinstance(step, BacktestStep)]
    batches = [step.command.updates for step in steps if isinstance(step.command, Ingest)]
    ends = [[bar.end for bar in batch if isinstance(bar, Bar)] for batch in batches]
    assert [end for batch in ends for end in batch] == sorted(end for batch in ends for end in batch)
    assert all(before[-1] < after[0] for before, after in pairwise(ends))
    signals = [step.times.clock for step in steps if isinstance(step.command, ExecuteSignal)]
    # The last end is held back until it is known that no more bars have it.
    assert len(ends) <= len(set(signals)) + 2 or block == 3
    assert len({end for batch in ends for end in batch}) > 100


def test_a_place_of_many_is_its_own_and_of_one_the_same_for_all() -> None:
    files = [Path("a.csv"), Path("b.csv")]
    assert Places(files, [3, 4]).at(1) == Place(files[1], 4)
    assert [Places.of(Place(files[0], 7)).at(index) for index in (0, 5)] == [Place(files[0], 7)] * 2
    assert (len(Places(files, [3, 4])), len(Places.of(Place(files[0], 7)))) == (2, 1)
