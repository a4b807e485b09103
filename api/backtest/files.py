"""From files to a result: which kind of course they are, and a bar that shows how far it is."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.backtest.bare import BarFile, bare_course, new_account, read_settings
from api.backtest.engine import BacktestResult, run
from api.backtest.exported import is_export, read_export
from api.backtest.steps import BadFile, Course, opened
from api.clock import WallClock
from api.feeds.bars_csv import count_rows
from api.feeds.intervals import Interval
from domain.validation import Invalid

_SHOWN_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Exported:
    """A backtest of an exported session."""

    path: Path


@dataclass(frozen=True, slots=True)
class Bare:
    """A backtest of bare files, on an account of that name; `settings` is a file as SettingsInput."""

    bars: Sequence[BarFile]
    signals: Path
    settings: Path | None = None
    account: str = "default"


Files = Exported | Bare


def bar_file(text: str, interval: Interval, symbol: str | None, timezone: tzinfo | None) -> BarFile:
    """A file of bars, named with or without its symbol: `AAPL=bars.csv`. A file that has that very name wins."""
    named, equals, path = text.partition("=")
    if equals and not Path(text).exists():
        return BarFile(Path(path), interval, named, timezone)
    return BarFile(Path(text), interval, symbol, timezone)


def run_files(files: Files, wall: WallClock, advance: Callable[[int], None] = lambda _: None) -> BacktestResult:
    """The backtest of files. Raises BadFile."""
    with _course(files, wall) as course:
        return run(course, advance)


def run_shown(files: Files, wall: WallClock, console: Console) -> BacktestResult:
    """The backtest of files, with a progress bar. Raises BadFile."""
    with _progress(console) as progress:
        task = progress.add_task("backtest", total=_lines(files))
        waiting = 0

        def advance(lines: int) -> None:
            nonlocal waiting
            waiting += lines
            if waiting >= _SHOWN_EVERY:
                progress.advance(task, waiting)
                waiting = 0

        result = run_files(files, wall, advance)
        progress.update(task, completed=progress.tasks[0].total or 0)
    return result


@contextmanager
def _course(files: Files, wall: WallClock) -> Iterator[Course]:
    match files:
        case Exported(path):
            with opened(path) as file:
                if not is_export(file):
                    raise BadFile(path, None, "not the export of a session; give bare signals with --signals")
                yield read_export(path, file)
        case Bare():
            with opened(files.signals) as file:
                yield _bare_course(files, file, wall)


def _bare_course(files: Bare, file: TextIO, wall: WallClock) -> Course:
    changes = {} if files.settings is None else read_settings(files.settings)
    now = wall()
    try:
        account = new_account(files.account, changes, now)
    except Invalid as problem:
        raise BadFile(files.settings or Path("--account"), None, problem.message) from None
    return bare_course(account, files.bars, files.signals, file, now)


def _lines(files: Files) -> int:
    paths = [files.path] if isinstance(files, Exported) else [files.signals, *(each.path for each in files.bars)]
    for path in paths:
        opened(path).close()
    return sum(count_rows(path) for path in paths)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
