"""Bare files: bars as CSV, signals as CSV or JSON Lines, put into one order (R40).

Bars that end at or before a signal's timestamp precede it.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from api.codec.ids import account_id
from api.codec.inputs import BadInput, changes_of, parsed
from api.files.bar_file import CheckedBars
from api.files.signal_file import Schedule, Scheduled
from api.files.text_file import BadFile, Place, numbered, opened
from api.replay.backtest_input import BacktestInput, BacktestStep
from api.zones import zone_for
from domain.engine.commands import Enable, ExecuteSignal, Ingest, Times
from domain.engine.decide.dispatch import decide
from domain.engine.state import Desk
from domain.market.bar import Bar
from domain.portfolio.account import Account
from domain.portfolio.settings import SettingsChanges
from domain.validation import Invalid


@dataclass(frozen=True, slots=True)
class _Placed:
    place: Place
    bar: Bar

    @property
    def order(self) -> tuple[datetime, str]:
        """The order in which bars are applied (R8)."""
        return self.bar.end, self.bar.symbol


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
    steps = _steps(_merged(files), schedule.rows, wall)
    return BacktestInput(account, (), steps, lines, [*notes, *schedule.notes])


def _steps(bars: Iterator[_Placed], rows: Sequence[Scheduled], wall: datetime) -> Iterator[BacktestStep]:
    """Bars of one end are a batch; bars that end at or before a row's timestamp precede it (R2)."""
    batches = (list(batch) for _, batch in groupby(bars, key=lambda placed: placed.bar.end))
    batch = next(batches, None)
    for row in rows:
        while batch is not None and batch[0].bar.end <= row.timestamp:
            yield _ingest(batch, wall)
            batch = next(batches, None)
        ends_something = not isinstance(row.command, ExecuteSignal)
        yield BacktestStep(row.command, Times(wall, row.timestamp), [row.place], may_be_refused=ends_something)
    while batch is not None:
        yield _ingest(batch, wall)
        batch = next(batches, None)


def _ingest(batch: Sequence[_Placed], wall: datetime) -> BacktestStep:
    return BacktestStep(
        Ingest([placed.bar for placed in batch]), Times(wall, batch[0].bar.end), [placed.place for placed in batch]
    )


def _merged(files: Sequence[CheckedBars]) -> Iterator[_Placed]:
    return heapq.merge(*(_bars(file) for file in files), key=lambda placed: placed.order)


def _bars(file: CheckedBars) -> Iterator[_Placed]:
    return (_Placed(Place(file.path, row.line), row.bar) for row in file.bars())
