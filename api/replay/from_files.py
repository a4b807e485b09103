"""Backtests of files, either an exported session or bare files, with a bar that shows their progress."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from api.clock import WallClock
from api.files.bar_file import BarFile, CheckedBars, checked
from api.files.signal_file import Schedule, read_schedule
from api.files.text_file import BadFile, opened
from api.files.unusable import UnusableBars
from api.replay.backtest import BacktestResult, run
from api.replay.backtest_input import BacktestInput
from api.replay.bare_files import bare_backtest_input, new_account, read_settings
from api.replay.exported_session import is_export, read_export
from domain.portfolio.account import Account
from domain.validation import Invalid

_SHOWN_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Exported:
    """A backtest of an exported session."""

    path: Path


@dataclass(frozen=True, slots=True)
class BareFiles:
    """A backtest of bare files, on an account of that name; `settings` is a file as SettingsInput.

    `timezone` is that of signals' times without an offset; `strict` refuses files of bars with a row that is none.
    """

    bars: Sequence[BarFile]
    signals: Path
    settings: Path | None = None
    account: str = "default"
    timezone: tzinfo | None = None
    strict: bool = False


Files = Exported | BareFiles


def bar_file(text: str, file: BarFile) -> BarFile:
    """What `file` says of a file that is named with or without its symbol: `AAPL=bars.csv`.

    A file that has that very name wins.
    """
    named, equals, path = text.partition("=")
    if equals and not Path(text).exists():
        return replace(file, path=Path(path), symbol=named)
    return replace(file, path=Path(text))


def run_files(files: Files, wall: WallClock, console: Console) -> BacktestResult:
    """The backtest of files, with a progress bar on a console that is a terminal. Raises BadFile."""
    with _backtest_input(files, wall) as backtest_input, _progress(console) as progress:
        task = progress.add_task("backtest", total=backtest_input.lines)
        result = run(backtest_input, _advancing(progress, task))
        progress.update(task, completed=backtest_input.lines)
    return result


def _advancing(progress: Progress, task: TaskID) -> Callable[[int], None]:
    """Tells a progress bar of lines, not too often."""
    waiting = 0

    def advance(lines: int) -> None:
        nonlocal waiting
        waiting += lines
        if waiting >= _SHOWN_EVERY:
            progress.advance(task, waiting)
            waiting = 0

    return advance


@contextmanager
def _backtest_input(files: Files, wall: WallClock) -> Iterator[BacktestInput]:
    match files:
        case Exported(path):
            with opened(path) as file:
                if not is_export(file):
                    raise BadFile(path, None, "not the export of a session; give bare signals with --signals")
                yield read_export(path, file)
        case BareFiles():
            now = wall()
            account, schedule = _new_account(files, now), _schedule(files)
            with ExitStack() as stack:
                bars = [stack.enter_context(_checked(file, strict=files.strict)) for file in files.bars]
                yield bare_backtest_input(account, bars, schedule, now)


def _new_account(files: BareFiles, now: datetime) -> Account:
    changes = {} if files.settings is None else read_settings(files.settings)
    try:
        return new_account(files.account, changes, now)
    except Invalid as problem:
        raise BadFile(files.settings or Path("--account"), None, problem.message) from None


def _schedule(files: BareFiles) -> Schedule:
    with opened(files.signals) as file:
        return read_schedule(files.account, files.signals, file, files.timezone)


@contextmanager
def _checked(file: BarFile, *, strict: bool) -> Iterator[CheckedBars]:
    try:
        with checked(file, strict=strict) as bars:
            yield bars
    except UnusableBars as problem:
        raise BadFile(file.path, problem.line, problem.reason) from None


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
