"""Bare files: bars as CSV, signals as CSV or JSON Lines, put into one order (R40).

Bars that end at or before a signal's timestamp precede it.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import attrgetter
from pathlib import Path

from api.codec.ids import account_id
from api.codec.inputs import BadInput, changes_of, parsed
from api.files.bar_file import CheckedBars
from api.files.signal_file import Schedule, Scheduled
from api.files.text_file import BadFile, Places, numbered, opened
from api.replay.backtest_input import BacktestInput, BacktestStep
from api.zones import zone_for
from domain.engine.commands import Enable, ExecuteSignal, Ingest, Times
from domain.engine.decide.dispatch import decide
from domain.engine.state import Desk
from domain.market.bar import Bar
from domain.portfolio.account import Account
from domain.portfolio.settings import SettingsChanges
from domain.validation import Invalid

_BLOCK = 1_000
_END = attrgetter("end")


@dataclass(frozen=True, slots=True)
class _Batch:
    """Bars in the order in which they are applied (R8), and where each stands."""

    bars: Sequence[Bar]
    paths: Sequence[Path]
    lines: Sequence[int]


def read_settings(path: Path) -> SettingsChanges:
    """Settings from a file of JSON, as SettingsInput. Raises BadFile."""
    with opened(path) as file:
        text = "".join(text for _, text in numbered(path, file))
    try:
        return changes_of(parsed(text))
    except (BadInput, Invalid) as problem:
        raise BadFile(path, None, str(problem)) from None


def new_account(name: str, settings: SettingsChanges, wall: datetime) -> Account:
    """An account as `enable` creates it. Raises Invalid."""
    command = Enable(name, account_id(name), settings)
    decision = decide(Desk(), command, Times(wall, wall, zone_for(command, Desk())))
    if decision.result.refusal is not None:
        raise Invalid(decision.result.refusal.message, decision.result.refusal.field or "account")
    return decision.desk.accounts[name]


def bare_backtest_input(
    account: Account, files: Sequence[CheckedBars], schedule: Schedule, wall: datetime
) -> BacktestInput:
    """What a backtest of bare files applies to an account: bars, and rows of signals, closings and cancellations."""
    notes = [remark for file in files for remark in file.remarks()]
    lines = sum(file.count for file in files) + len(schedule.rows)
    steps = _steps(_batches(files), schedule.rows, wall)
    return BacktestInput(account, (), steps, lines, [*notes, *schedule.notes, *_without_bars(files, schedule.rows)])


def _without_bars(files: Sequence[CheckedBars], rows: Sequence[Scheduled]) -> list[str]:
    """Which symbols of signals no file has bars of, and where each is named first."""
    known = {symbol for file in files for symbol in file.symbols}
    first: dict[str, Scheduled] = {}
    for row in rows:
        if row.symbol is not None and row.symbol not in known:
            first.setdefault(row.symbol, row)
    return [
        f"{row.place.path.name} line {row.place.line}: there are no bars of {symbol}" for symbol, row in first.items()
    ]


def _steps(batches: Iterator[_Batch], rows: Sequence[Scheduled], wall: datetime) -> Iterator[BacktestStep]:
    """Bars that end at or before a row's timestamp precede it (R2); those between two rows are taken together."""
    batch, start = next(batches, None), 0
    for row in rows:
        while batch is not None and batch.bars[start].end <= row.timestamp:
            stop = bisect_right(batch.bars, row.timestamp, start, key=_END)
            yield _ingest(batch, start, stop, wall)
            batch, start = (batch, stop) if stop < len(batch.bars) else (next(batches, None), 0)
        ends_something = not isinstance(row.command, ExecuteSignal)
        yield BacktestStep(row.command, Times(wall, row.timestamp), Places.of(row.place), may_be_refused=ends_something)
    while batch is not None:
        yield _ingest(batch, start, len(batch.bars), wall)
        batch, start = next(batches, None), 0


def _ingest(batch: _Batch, start: int, stop: int, wall: datetime) -> BacktestStep:
    bars = batch.bars[start:stop]
    places = Places(batch.paths[start:stop], batch.lines[start:stop])
    return BacktestStep(Ingest(bars), Times(wall, bars[-1].end), places)


def _batches(files: Sequence[CheckedBars]) -> Iterator[_Batch]:
    """All bars in order, those of one end in one batch: equity is observed after all of them (R8)."""
    held = _Batch([], [], [])
    for block in _of_one(files[0]) if len(files) == 1 else _merged(files):
        bars = [*held.bars, *block.bars]
        paths, lines = [*held.paths, *block.paths], [*held.lines, *block.lines]
        last = bisect_left(bars, bars[-1].end, key=_END)
        if last:
            yield _Batch(bars[:last], paths[:last], lines[:last])
        held = _Batch(bars[last:], paths[last:], lines[last:])
    if held.bars:
        yield held


def _of_one(file: CheckedBars) -> Iterator[_Batch]:
    return (_Batch(block.bars, [file.path] * len(block.bars), block.lines) for block in file.blocks())


def _merged(files: Sequence[CheckedBars]) -> Iterator[_Batch]:
    """The bars of several files in the order in which they are applied (R8), of one end and symbol by file."""
    merged = heapq.merge(*(_sortable(file, number) for number, file in enumerate(files)))
    while block := list(islice(merged, _BLOCK)):
        _, _, numbers, lines, bars = zip(*block, strict=True)
        yield _Batch(bars, [files[number].path for number in numbers], lines)


def _sortable(file: CheckedBars, number: int) -> Iterator[tuple[datetime, str, int, int, Bar]]:
    for block in file.blocks():
        for line, bar in zip(block.lines, block.bars, strict=True):
            yield bar.end, bar.symbol, number, line, bar
