"""What the commands do that need no server: `papertape backtest | export | report | backup | restore`."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncEngine

from api.application.read_model import Reader
from api.clock import wall_clock
from api.errors import BadArgument
from api.export import rows
from api.export.columns import COLUMNS, Subject
from api.export.formats import FileFormat, writer
from api.export.output import STANDARD_OUTPUT, output
from api.export.session import session_export
from api.feeds.client import DeskClient
from api.feeds.register_backtest import MOST_TRADES, register
from api.files.bar_file import BarFile
from api.files.intervals import Interval, parse_timezone
from api.persistence.backup import back_up as copy_database
from api.persistence.backup import candidate, take_place
from api.persistence.engines import read_engine
from api.persistence.file_lock import held
from api.persistence.migrating import MigrationsPending, require_current
from api.replay.engine import BacktestResult
from api.replay.files import Bare, Exported, Files, bar_file, run_shown
from api.replay.report import print_report
from api.report.content import Details, Summary, Wanted, details, summary
from api.report.page import page
from api.report.text import print_report as print_session_report
from api.settings import Settings
from api.verification.verify import verify
from domain.validation import Invalid


@dataclass(frozen=True, slots=True)
class Backtest:
    """What to backtest: an exported session, or bare files."""

    session: Path | None
    bars: Sequence[str]
    signals: Path | None
    settings: Path | None
    account: str | None
    symbol: str | None
    interval: str | None
    timezone: str | None
    strict: bool
    register: str | None
    name: str | None


async def backtest(settings: Settings, wanted: Backtest, console: Console) -> int:
    """Backtest files, print the report, and record it on a server if one is named.

    Raises BadArgument, BadFile and FeedError.
    """
    try:
        files = _files(wanted)
        result = run_shown(files, wall_clock, Console(stderr=True))
    except Invalid as problem:
        raise BadArgument(problem.message) from problem
    print_report(result, console)
    if wanted.register is not None:
        name = wanted.name or _name(files)
        async with DeskClient(wanted.register, token=settings.secret) as client:
            backtest_id = await register(client, result, name=name, source="papertape backtest")
        console.print(f"Recorded as {name}: {backtest_id}{_left_out(result)}", highlight=False)
    return 0


async def export_session(settings: Settings, account: str, session: int, path: Path) -> int:
    """Write all that was applied to a session. Raises BadArgument."""
    async with _reading(settings) as engine:
        with _guarded(path), output(path) as file, _progress() as advance:
            export = await session_export(engine, account, session, advance)
            async for line in export.lines:
                file.write(line.encode())
    _say_head(export.head)
    return 0


async def export_rows(
    settings: Settings, subject: Subject, wanted: FileFormat, account: str, session: int | None, path: Path
) -> int:
    """Write an account's trades, fills, equity or journal. Raises BadArgument."""
    if wanted is FileFormat.PARQUET and path == STANDARD_OUTPUT and sys.stdout.isatty():
        raise BadArgument("Parquet is not for a terminal: name a file with -o")
    async with _reading(settings) as engine:
        extent = await rows.extent_of(engine, account, session)
        with _guarded(path), output(path) as file:
            out = writer(wanted, COLUMNS[subject], file)
            async for page in rows.pages(engine, subject, extent):
                out.write(page)
            out.close()
    _say_head(extent.head)
    return 0


def _say_head(head: str) -> None:
    """Beside what is exported, which may be standard output."""
    sys.stderr.write(f"Head {head}\n")


async def back_up(settings: Settings, target: Path) -> int:
    """Copy the database to a file, also beside a running server. Raises BadArgument."""
    if not settings.is_embedded:
        dump = f"pg_dump --format=custom --file={target} {settings.shown_database}"
        raise BadArgument(f"PostgreSQL brings its own: {dump}")
    source = Path(settings.database.database or "")
    head = await asyncio.to_thread(copy_database, source, target)
    sys.stdout.write(f"{target} is a copy of {source}; `papertape verify` can check it.\nHead {head}\n")
    return 0


async def restore(settings: Settings, backup: Path, console: Console) -> int:
    """Put a backup in the database's place, which keeps its files under another name. Raises BadArgument.

    Nothing changes until a copy of the backup has been verified. Raises AlreadyHeld while a server has the database.
    """
    if not settings.is_embedded:
        raise BadArgument(
            "PostgreSQL brings its own: "
            f"pg_restore --clean --if-exists --single-transaction --dbname={settings.shown_database} {backup}"
        )
    shown, path = Path(settings.database.database or ""), _real_path(settings)
    with held(path):
        try:
            with candidate(backup, path) as copy:
                if await verify(settings.database.set(database=str(copy)), console) != 0:
                    raise BadArgument(f"{backup} differs from its own record, so {shown} stays as it is")
                aside = take_place(copy, path, f"replaced-{wall_clock():%Y%m%dT%H%M%SZ}")
        except MigrationsPending as problem:
            raise BadArgument(f"{backup} is not restored: {problem}") from problem
    kept = "" if aside is None else f" What was there is kept as {shown.with_name(aside.name)}."
    sys.stdout.write(f"{shown} is restored from {backup}.{kept}\n")
    return 0


def _real_path(settings: Settings) -> Path:
    """The embedded database's file, whatever leads to it."""
    return Path(settings.database.database or "").resolve()


async def report(settings: Settings, wanted: Wanted, html: Path | None, console: Console) -> int:
    """Print a session's figures, or write all that its record says as a page. Raises BadArgument."""
    async with _reading(settings) as engine, Reader(engine).snapshot() as snapshot:
        found = await summary(snapshot, wanted, wall_clock())
        more = None if html is None else await details(snapshot, found)
    if html is None or more is None:
        print_session_report(found, console)
    else:
        _write_page(found, more, html)
    return 0


def _write_page(found: Summary, more: Details, path: Path) -> None:
    with _guarded(path), output(path) as file:
        file.write(page(found, more).encode())


def _files(wanted: Backtest) -> Files:
    """Raises BadArgument, and ValueError for an interval or a zone that is none."""
    bare = (wanted.bars, wanted.signals, wanted.settings, wanted.account, wanted.symbol)
    if wanted.session is not None:
        if any(bare):
            raise BadArgument("the export of a session holds its bars, signals and settings: give it alone")
        return Exported(wanted.session)
    if not wanted.bars or wanted.signals is None:
        raise BadArgument("give the export of a session, or --bars and --signals")
    interval = None if wanted.interval is None else Interval.parse(wanted.interval)
    timezone = None if wanted.timezone is None else parse_timezone(wanted.timezone)
    bars = [bar_file(text, BarFile(Path(), interval, wanted.symbol, timezone)) for text in wanted.bars]
    account = wanted.account or "default"
    return Bare(bars, wanted.signals, wanted.settings, account, timezone, wanted.strict)


def _left_out(result: BacktestResult) -> str:
    return "" if len(result.trades) <= MOST_TRADES else f" (its figures; more than {MOST_TRADES} trades are not kept)"


def _name(files: Files) -> str:
    path = files.path if isinstance(files, Exported) else files.signals
    return path.name.partition(".")[0] or path.name


@asynccontextmanager
async def _reading(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The database, to read; a server may go on writing."""
    engine = read_engine(settings.database)
    try:
        await require_current(engine)
        yield engine
    finally:
        await engine.dispose()


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    """A file that cannot be written is a BadArgument; a reader of standard output that has seen enough is not."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ConnectionError, TimeoutError):
        raise
    except OSError as problem:
        raise BadArgument(f"cannot write {path}: {problem.strerror or problem}") from problem


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Shows how much of how much is done."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("export", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
