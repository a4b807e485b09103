"""The command line, `papertape`: one function for each command, and what becomes of its errors."""

import asyncio
import socket
import sys
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError
from typer.exceptions import TyperException

from api import logs, offline, operating
from api.availability import Unavailable
from api.clock import ClockKind
from api.exports.columns import Subject
from api.exports.formats import FileFormat
from api.exports.output import STANDARD_OUTPUT
from api.feeds.client import FeedError
from api.persistence.database_file import UnusableFile, require_usable
from api.persistence.holder import AlreadyHeld
from api.persistence.migrating import CannotMigrate, MigrationsPending
from api.persistence.postgres import SharedSessions
from api.persistence.write_ahead_log import require_own_log
from api.report.content import Wanted
from api.settings import LogFormat, Settings
from api.workers import Began

_SAID_IN_A_LINE = (
    AlreadyHeld,
    CannotMigrate,
    FeedError,
    MigrationsPending,
    SharedSessions,
    Unavailable,
    UnusableFile,
    operating.Unusable,
)

app = typer.Typer(
    name="papertape",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="""**Papertape** rehearses trading: signals in, simulated fills, a ledger to trust, live streams out.

    Begin with `papertape demo`: it serves a desk on real daily bars, with a strategy that trades on it.
    Then `papertape serve` runs a desk of your own, and `papertape replay bars.csv` feeds it.

    Every option of a server can be an environment variable too: `--port` is `PAPERTAPE_PORT`.""",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"papertape {version('papertape')}\n")
        raise typer.Exit


@app.callback()
def papertape(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version, and end.")
    ] = False,
) -> None:
    """What stands before any command."""


Host = Annotated[str | None, typer.Option(help="Address to listen on [env: PAPERTAPE_HOST; default: 127.0.0.1].")]
Port = Annotated[int | None, typer.Option(help="Port to listen on [env: PAPERTAPE_PORT; default: 8000].")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        help="sqlite:///FILE or postgresql://USER@HOST/NAME "
        "[env: PAPERTAPE_DATABASE_URL; default: sqlite:///papertape.sqlite3]."
    ),
]
BroadcastUrl = Annotated[
    str | None,
    typer.Option(help="What wakes other processes [env: PAPERTAPE_BROADCAST_URL; default: memory://]."),
]
Format = Annotated[
    LogFormat | None, typer.Option("--log-format", help="[env: PAPERTAPE_LOG_FORMAT; default: console].")
]
Token = Annotated[
    str | None, typer.Option(help="Bearer token that clients must send [env: PAPERTAPE_TOKEN; default: none].")
]
AllowedHosts = Annotated[
    str | None,
    typer.Option(help="Names by which clients may call the server [env: PAPERTAPE_ALLOWED_HOSTS; default: loopback]."),
]
TrustedProxy = Annotated[
    str | None,
    typer.Option(
        help="Addresses or networks of proxies, which may hold any number of connections "
        "[env: PAPERTAPE_TRUSTED_PROXY; default: loopback]."
    ),
]
Clock = Annotated[
    ClockKind | None,
    typer.Option(help="What a missing timestamp means: wall time, or the latest bar's [env: PAPERTAPE_CLOCK]."),
]


WorkerCount = Annotated[
    int | None,
    typer.Option(help="Server processes; more than 1 need PostgreSQL [env: PAPERTAPE_WORKERS; default: 1]."),
]


Interval = Annotated[
    str | None, typer.Option(help="How long a bar is: 1m, 15m, 4h, 1d, 1w, 1mo [default: as the rows tell].")
]
Timezone = Annotated[
    str | None,
    typer.Option(help="Zone of times without an offset, and of whose days a bar is, e.g. America/New_York."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a file of bars in which any row cannot be used.")]


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    database_url: DatabaseUrl = None,
    broadcast_url: BroadcastUrl = None,
    log_format: Format = None,
    token: Token = None,
    allowed_hosts: AllowedHosts = None,
    trusted_proxy: TrustedProxy = None,
    clock: Clock = None,
    workers: WorkerCount = None,
) -> None:
    """Serve a desk over GraphQL, until it is asked to stop.

    The embedded database is a file in the current folder, which migrates itself; PostgreSQL is migrated with
    `papertape migrate`. Open http://127.0.0.1:8000/graphql in a browser to look around.
    """
    settings = _settings(
        host=host,
        port=port,
        database_url=database_url,
        broadcast_url=broadcast_url,
        log_format=log_format,
        token=token,
        allowed_hosts=allowed_hosts,
        trusted_proxy=trusted_proxy,
        clock=clock,
        workers=workers,
    )
    if settings.workers > 1:
        _supervise(settings)
    _run(settings, lambda: operating.serve(settings))


@app.command()
def demo(
    host: Host = None,
    port: Port = None,
    log_format: Format = None,
    token: Token = None,
    allowed_hosts: AllowedHosts = None,
    trusted_proxy: TrustedProxy = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew with a new file; the old one is kept.")] = False,
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="Bars per second.")] = 2,
) -> None:
    """Serve a desk on real daily bars, with a published breakout strategy trading on it, long and short.

    It runs on the market's clock, so that a signal of yours without a timestamp fills at the price of the moment.
    Stop it and start it again: it goes on where it was. Its database is papertape-demo.sqlite3 in the current folder.
    """
    database = operating.demo_database(Path.cwd(), fresh=fresh)
    settings = _settings(
        host=host,
        port=port,
        log_format=log_format,
        token=token,
        allowed_hosts=allowed_hosts,
        trusted_proxy=trusted_proxy,
        database_url=f"sqlite:///{database}",
        broadcast_url="memory://",
        clock=ClockKind.MARKET,
    )
    _run(settings, lambda: operating.demo(settings, bars_per_second=speed))


@app.command()
def replay(
    file: Annotated[
        Path, typer.Argument(help="Bars as .csv or .csv.gz, with a header: date, open, high, low, close ...")
    ],
    symbol: Annotated[
        str | None, typer.Option(help="The symbol, if the file has no such column; or which to take.")
    ] = None,
    interval: Interval = None,
    speed: Annotated[str, typer.Option(help="Bars per second, or max.")] = "max",
    timezone: Timezone = None,
    strict: Strict = False,
    batch: Annotated[int, typer.Option(min=1, max=5000, help="Bars per request.")] = 500,
    url: Annotated[str, typer.Option(help="The server to feed.")] = "http://127.0.0.1:8000/graphql",
    token: Token = None,
) -> None:
    """Send bars from a file to a running server. Sending the same file again changes nothing.

    The whole file is read and checked first, and put in order of time. A row that cannot be used is named by its line,
    and the rest is sent. Exits with 1 if the server has moved past a bar, or knows it with other figures.
    """
    settings = _settings(token=token)
    console = Console(stderr=True)
    arguments = operating.Replay(file, symbol, interval, speed, timezone, strict, batch, url)
    _run(settings, lambda: operating.replay(settings, arguments, console))


@app.command()
def retract(
    symbol: Annotated[str, typer.Argument(help="The symbol whose market data was wrong.")],
    since: Annotated[
        str, typer.Argument(metavar="FROM", help="From when on, with its offset, like 2035-01-01T00:00:00Z.")
    ],
    url: Annotated[str, typer.Option(help="The server.")] = "http://127.0.0.1:8000/graphql",
    token: Token = None,
) -> None:
    """Take back market data that was wrong: bars that end after FROM, and quotes from then on.

    The desk stands as if they had never come, and they can be sent again. Where anything was decided by them, nothing
    is done, and what stands in the way is told.
    """
    settings = _settings(token=token)
    _run(settings, lambda: operating.retract(settings, symbol, since, url))


@app.command()
def backtest(
    session: Annotated[
        Path | None, typer.Argument(help="What `papertape export session` wrote; or give --bars and --signals.")
    ] = None,
    bars: Annotated[
        list[Path] | None, typer.Option(help="Bars as .csv or .csv.gz, or SYMBOL=FILE; may be repeated.")
    ] = None,
    signals: Annotated[
        Path | None,
        typer.Option(help="Signals, closings and cancellations as .csv or .jsonl, in the fields of the API's inputs."),
    ] = None,
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="Settings as JSON, with the fields of SettingsInput.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="The account's name [default: default].")] = None,
    symbol: Annotated[str | None, typer.Option(help="The symbol, for files of bars that do not say it.")] = None,
    interval: Interval = None,
    timezone: Timezone = None,
    strict: Strict = False,
    register: Annotated[str | None, typer.Option(help="A server to record the result on, to compare with.")] = None,
    name: Annotated[str | None, typer.Option(help="The name to record it under [default: the file's].")] = None,
    token: Token = None,
) -> None:
    """Run the desk's own engine over an exported session, or over bare files, and print what came of it.

    A session's export gives its ledger again, exactly. Bare files are put in order of time: bars that end at or before
    a signal's timestamp precede it. Rows of signals may also close and cancel.
    """
    settings = _settings(token=token)
    files = [str(each) for each in bars or ()]
    wanted = offline.Backtest(
        session, files, signals, settings_file, account, symbol, interval, timezone, strict, register, name
    )
    _run(settings, lambda: offline.backtest(settings, wanted, Console()))


Account = Annotated[str, typer.Option(help="The account's name.")]
OneSession = Annotated[int | None, typer.Option("--session", help="Only this session; default: all of them.")]
OutputFormat = Annotated[FileFormat, typer.Option("--format", help="csv, json (one object a line) or parquet.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The file to write; - is standard output.")]

export = typer.Typer(help="Write the record to a file, exactly. A server may run meanwhile.")
app.add_typer(export, name="export")


@export.command("session")
def export_session(
    number: Annotated[int, typer.Argument(min=1, help="Which session.")],
    account: Account = "default",
    output: Output = STANDARD_OUTPUT,
    database_url: DatabaseUrl = None,
) -> None:
    """Write all that was applied to a session, as JSON Lines that `papertape backtest` takes."""
    settings = _settings(database_url=database_url)
    _require_file(settings)
    _run(settings, lambda: offline.export_session(settings, account, number, output))


def _add_export(subject: Subject) -> None:
    @export.command(subject.value, help=f"Write an account's {subject.value}, oldest first.")
    def export_rows(
        account: Account = "default",
        session: OneSession = None,
        output_format: OutputFormat = FileFormat.CSV,
        output: Output = STANDARD_OUTPUT,
        database_url: DatabaseUrl = None,
    ) -> None:
        settings = _settings(database_url=database_url)
        _require_file(settings)
        _run(settings, lambda: offline.export_rows(settings, subject, output_format, account, session, output))


for each in Subject:
    _add_export(each)


@app.command()
def report(
    account: Account = "default",
    session: Annotated[int | None, typer.Option(help="Which session; default: the current one.")] = None,
    compare_to: Annotated[str | None, typer.Option(help="The id of a recorded backtest to stand beside.")] = None,
    html: Annotated[Path | None, typer.Option(help="A file to write the whole report to, as one page.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print what a session's record says: its figures, and whether it is ready for real money.

    With --html, one page with charts, breakdowns and trades, which needs no network. A server may run meanwhile.
    """
    settings = _settings(database_url=database_url)
    _require_file(settings)
    wanted = Wanted(account, session, compare_to)
    _run(settings, lambda: offline.report(settings, wanted, html, Console()))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Copy an embedded database to a file, whole and checked, also while a server writes to it.

    Prints the head of the copy, which `papertape verify --expect` takes. PostgreSQL is backed up with its own pg_dump.
    """
    settings = _settings(database_url=database_url)
    _require_file(settings)
    _run(settings, lambda: offline.back_up(settings, file))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `papertape backup` wrote.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Put a backup in the place of an embedded database. What was there is kept under another name.

    Refused while a server has the database. The backup is copied and verified first; if anything fails, the old files
    stay. PostgreSQL is restored with its own pg_restore.
    """
    settings = _settings(database_url=database_url)
    _run(settings, lambda: offline.restore(settings, file, Console()))


@app.command()
def migrate(
    database_url: DatabaseUrl = None, revision: Annotated[str, typer.Option(help="Where to, up or down.")] = "head"
) -> None:
    """Bring the database to the shape that this version needs."""
    settings = _settings(database_url=database_url)
    _run(settings, lambda: operating.migrate(settings, revision))


@app.command()
def schema() -> None:
    """Print the GraphQL schema."""
    from api.graphql.schema import printed

    sys.stdout.write(printed())


@app.command()
def verify(
    database_url: DatabaseUrl = None,
    expect: Annotated[
        str | None, typer.Option(help="A head, ORDINAL:HASH, that the record must end with or have grown from.")
    ] = None,
) -> None:
    """Fold the journal, and compare what follows from it with what is stored, to the last digit.

    A server may run meanwhile. Exits with 1 if anything differs. Prints the record's head, as `backup` and `export`
    do: with --expect a record that lost its end since, or is another, is found too.
    """
    settings = _settings(database_url=database_url)
    _require_file(settings)
    _run(settings, lambda: operating.verify(settings, expect, Console()))


def main() -> None:
    """The console script: what cannot be understood is said in one line, with a non-zero exit."""
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except TyperException as problem:
        said = " ".join(problem.format_message().replace("Value error, ", "").split())
        sys.stderr.write(f"papertape: {said} (--help says more)\n")
        code = problem.exit_code
    sys.exit(code)


def _settings(**given: object) -> Settings:
    """The settings: what is given, else the environment, else the defaults. Ends the program if they make no sense."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as problem:
        first = problem.errors()[0]
        place = "".join(f"{_option(str(each))}: " for each in first["loc"])
        _fail(place + first["msg"].removeprefix("Value error, "))


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')} (PAPERTAPE_{name.upper()})"


def _require_file(settings: Settings) -> None:
    """An embedded database must be there to be read."""
    if not settings.is_embedded:
        return
    path = Path(settings.database.database or "")
    if not path.exists():
        _fail(f"there is no file {path}")
    try:
        require_usable(path)
        require_own_log(path)
    except UnusableFile as problem:
        _fail(str(problem))


def _supervise(settings: Settings) -> NoReturn:
    """Serve with several processes."""
    logs.configure(settings.log_format)
    try:
        code = operating.serve_with_workers(settings, partial(serve_as_worker, settings))
    except operating.Unusable as problem:
        _fail(str(problem))
    raise typer.Exit(code)


def serve_as_worker(settings: Settings, sockets: Sequence[socket.socket], began: Began) -> None:
    """What a worker process does."""
    try:
        _run(settings, lambda: operating.serve_on(settings, sockets, began))
    except typer.Exit as end:
        sys.exit(end.exit_code)


def _run(settings: Settings, work: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Do the work; what went wrong is said in one line, with a non-zero exit."""
    logs.configure(settings.log_format)
    try:
        code = asyncio.run(work())
    except KeyboardInterrupt:
        code = 130
    except _SAID_IN_A_LINE as problem:
        _fail(str(problem))
    except (SQLAlchemyError, OSError) as problem:
        reason = (str(getattr(problem, "orig", None) or problem) or type(problem).__name__).splitlines()[0]
        _fail(f"cannot use the database {settings.shown_database}: {reason}")
    raise typer.Exit(code)


def _fail(message: str) -> NoReturn:
    sys.stderr.write(f"papertape: {message}\n")
    raise typer.Exit(1)
