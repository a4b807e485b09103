"""`make bench`: how fast a desk is here and now, beside other ways to do the same work.

Contenders take turns in one run (A B C A B C), so that what disturbs one disturbs all; trust the ratios, for machines
differ. A server is a process of its own, whose CPU alone is counted, and every answer is checked.
"""

import argparse
import compileall
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import structlog
import uvloop
from rich.console import Console

from tests.benchmarks.desk import Filled
from tests.benchmarks.parts import (
    accounts,
    backtests,
    bar_files,
    bars,
    commands,
    disk,
    growth,
    http_bars,
    server,
    signals,
    signals_together,
    start,
    streams,
    subscribers,
    workers,
)
from tests.benchmarks.report import Report
from tests.benchmarks.run import Part, Run
from tests.services import PostgresServer, postgres_server_url

PARTS: Mapping[str, Part] = {
    "signals-ram": signals.in_memory,
    "signals-disk": signals.on_disk,
    "signals-postgres": signals.on_postgres,
    "signals-together": signals_together.on_disk,
    "signals-one": signals.on_one_connection,
    "workers": workers.two_workers,
    "typename": server.typename,
    "subscribers": subscribers.idle,
    "healthy": server.healthy,
    "queries": accounts.queries,
    "positions": accounts.positions,
    "bars-http": http_bars.batches,
    "large-account": accounts.signals,
    "bars": bars.batches,
    "start": start.to_ready,
    "backtest": backtests.minutes,
    "files": bar_files.inspect,
    "disk": disk.per_signal,
    "help": commands.print_help,
    "streams": streams.fan_out,
    "verify": streams.verify,
    "growth-positions": growth.positions,
    "growth-accounts": growth.accounts,
    "growth-journal": growth.journal,
}
_ROOT = Path(__file__).parents[2]
_RAM = Path("/dev/shm")  # noqa: S108 - a folder of our own in it


def main() -> None:
    """Measure what was asked for, and print it."""
    options = _options()
    _compile()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with ExitStack() as stack:
        ram = stack.enter_context(_folder(str(_RAM) if _RAM.is_dir() else None))
        disk = stack.enter_context(_folder(options.disk))
        run = Run(options.short, options.rounds or (3 if options.short else 5), ram, disk, Filled(ram))
        try:
            uvloop.run(_measure(run, options.only or list(PARTS)))
        finally:
            # What was found before something went wrong, or took too long, is found all the same.
            _show(run.report, options.json)


def _show(report: Report, file: Path | None) -> None:
    report.print(Console(width=None if sys.stdout.isatty() else 140))
    if file is not None:
        file.write_text(json.dumps(report.json(), indent=2) + "\n")


async def _measure(run: Run, names: Sequence[str]) -> None:
    run.postgres = await _postgres()
    try:
        for name in names:
            started = time.monotonic()
            sys.stderr.write(f"{name} (load {os.getloadavg()[0]:.1f}) … ")
            sys.stderr.flush()
            await PARTS[name](run)
            sys.stderr.write(f"{time.monotonic() - started:.0f} s\n")
    finally:
        if run.postgres is not None:
            for name in [*run.postgres.created]:
                await run.postgres.drop_async(_named(name))


def _named(database: str) -> str:
    return postgres_server_url().set(database=database).render_as_string(hide_password=False)


async def _postgres() -> PostgresServer | None:
    """The server on this machine, if there is one."""
    server = PostgresServer(postgres_server_url())
    try:
        await server.names()
    except (OSError, asyncpg.PostgresError):
        return None
    return server


@contextmanager
def _folder(parent: str | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="papertape-bench-", dir=parent) as name:
        yield Path(name)


def _compile() -> None:
    """Compile the server's modules, as pip leaves them: an environment may keep servers from doing so as they start."""
    for package in ("api", "domain", "migrations"):
        compileall.compile_dir(_ROOT / package, quiet=1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure a desk on this machine.")
    parser.add_argument("--short", action="store_true", help="fewer and shorter samples, and no huge ones")
    parser.add_argument("--rounds", type=int, help="how many samples of each (default: 5, or 3)")
    parser.add_argument("--only", action="append", choices=PARTS, metavar="NAME", help=f"one of {', '.join(PARTS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--disk", metavar="FOLDER", help="a folder on the disk to measure (default: the temporary one)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
