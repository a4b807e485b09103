"""Bare files: bars as CSV, signals as CSV or JSON Lines, put into one order (R40).

Bars that end at or before a signal's timestamp precede it; signals keep the order of their file.
"""

import csv
import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby
from pathlib import Path
from typing import TextIO
from uuid import UUID, uuid5

from api.backtest.inputs import BadInput, Given, changes_of, parsed, read_as, record_of
from api.backtest.steps import BadFile, Course, Place, Step, numbered, opened
from api.feeds.bars_csv import BadRow, read_bars
from api.feeds.intervals import Interval
from api.ids import account_id, signal_key
from domain.account import Account
from domain.commands import Enable, ExecuteSignal, Ingest, Times
from domain.decide import decide
from domain.desk import Desk
from domain.market import Bar
from domain.settings import SettingsChanges
from domain.signals import Request
from domain.validation import Invalid

_IDS = UUID("f5d5c6a0-3f0e-5a53-9a4e-6b1b1b0a6c11")
_NESTED = "."


@dataclass(frozen=True, slots=True)
class BarFile:
    """A file of bars; `symbol` names it, if the file has no such column, or picks one."""

    path: Path
    interval: Interval
    symbol: str | None = None
    timezone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class _Placed:
    place: Place
    bar: Bar

    @property
    def order(self) -> tuple[datetime, str]:
        """The order in which bars are applied (R8)."""
        return self.bar.end, self.bar.symbol


@dataclass(frozen=True, slots=True)
class _Signal:
    place: Place
    signal_id: UUID
    request: Request
    timestamp: datetime


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
    outcome = decide(Desk(), Enable(name, account_id(name), settings), Times(wall, wall))
    if outcome.answer.refusal is not None:
        raise Invalid(outcome.answer.refusal.message, outcome.answer.refusal.field or "account")
    return outcome.desk.accounts[name]


def bare_course(account: Account, bars: Sequence[BarFile], signals: Path, file: TextIO, wall: datetime) -> Course:
    """The course of an account through bare files, from an opened file of signals. Raises BadFile, also on the way."""
    return Course(account, (), _steps(account.name, _merged(bars), _signals(account.name, signals, file), wall))


def _steps(name: str, bars: Iterator[_Placed], signals: Iterator[_Signal], wall: datetime) -> Iterator[Step]:
    """Bars of one end are a batch; the clock is the market's (R2)."""
    batches = (list(batch) for _, batch in groupby(bars, key=lambda each: each.bar.end))
    batch, clock = next(batches, None), wall
    for signal in signals:
        while batch is not None and batch[0].bar.end <= signal.timestamp:
            yield _ingest(batch, wall)
            clock = batch[0].bar.end
            batch = next(batches, None)
        command = ExecuteSignal(name, signal_key(name, signal.signal_id), signal.signal_id, signal.request)
        yield Step(command, Times(wall, clock), [signal.place])
    while batch is not None:
        yield _ingest(batch, wall)
        batch = next(batches, None)


def _ingest(batch: Sequence[_Placed], wall: datetime) -> Step:
    return Step(Ingest([each.bar for each in batch]), Times(wall, batch[0].bar.end), [each.place for each in batch])


def _merged(files: Sequence[BarFile]) -> Iterator[_Placed]:
    return heapq.merge(*(_bars(each) for each in files), key=lambda each: each.order)


def _bars(file: BarFile) -> Iterator[_Placed]:
    """A file's bars in order; only one of several symbols, which may stand one below the other, must be sorted."""
    found = _read(file)
    return found if file.symbol is not None else iter(sorted(found, key=lambda each: each.order))


def _read(file: BarFile) -> Iterator[_Placed]:
    path = file.path
    try:
        for row in read_bars(path, interval=file.interval, symbol=file.symbol, timezone=file.timezone):
            yield _Placed(Place(path, row.line), row.bar)
    except BadRow as problem:
        raise BadFile(path, problem.line, problem.reason) from None
    except OSError as problem:
        raise BadFile(path, None, f"cannot be read: {problem.strerror or problem}") from None


def _signals(account: str, path: Path, file: TextIO) -> Iterator[_Signal]:
    rows = _table(path, file) if _is_csv(path) else _objects(path, file)
    for place, given in rows:
        try:
            yield _signal(account, place, given)
        except (BadInput, Invalid) as problem:
            raise place.blame(str(problem)) from None


def _is_csv(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(".csv")


def _objects(path: Path, file: TextIO) -> Iterator[tuple[Place, Given]]:
    for place, text in numbered(path, file):
        try:
            yield place, parsed(text)
        except BadInput as problem:
            raise place.blame(str(problem)) from None


def _table(path: Path, file: TextIO) -> Iterator[tuple[Place, Given]]:
    """The rows of a CSV file: an empty cell is what was left out, and `trailingStop.offset` a field in a field."""
    reader = csv.reader(file, strict=True)
    header: list[str] | None = None
    try:
        for cells in reader:
            place = Place(path, reader.line_num)
            if not any(cells):
                continue
            if header is None:
                header = [each.strip() for each in cells]
            elif len(cells) != len(header):
                raise place.blame(f"the row has {len(cells)} cells, the header {len(header)}")
            else:
                yield place, _row(dict(zip(header, cells, strict=True)))
    except csv.Error as problem:
        raise BadFile(path, reader.line_num, f"not CSV: {problem}") from None


def _row(cells: Mapping[str, str]) -> Given:
    found: dict[str, object] = {}
    for key, cell in cells.items():
        if not cell.strip():
            continue
        outer, nested, inner = key.partition(_NESTED)
        if not nested:
            found[key] = cell.strip()
            continue
        group = found.setdefault(outer, {})
        if isinstance(group, dict):
            group[inner] = cell.strip()
    return found


def _signal(account: str, place: Place, given: Given) -> _Signal:
    """A signal of a file. Without an id it has one that follows from its line, the same in every run."""
    if given.get("account", account) != account:
        raise BadInput(f"the signal is for another account than {account}: name that with --account")
    content = {key: value for key, value in given.items() if key not in ("id", "account")}
    signal_id = given.get("id")
    known = uuid5(_IDS, f"{place.line}") if signal_id is None else read_as(UUID, "id", signal_id)
    request = record_of(Request, content)
    if request.timestamp is None:
        raise BadInput("timestamp is missing: it says which bars precede the signal")
    return _Signal(place, known, request, request.timestamp)
