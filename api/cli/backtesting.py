"""Backtests files, and records the result on a server."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from api.cli.bar_files import BarFileArguments
from api.cli.register_backtest import MOST_TRADES, register
from api.client import DeskClient
from api.clock import wall_clock
from api.codec.field_names import api_message
from api.errors import BadArgument
from api.replay.backtest import BacktestResult
from api.replay.from_files import BareFiles, Exported, Files, bar_file, run_files
from api.report.backtest_text import print_report
from api.settings import ServerSettings
from domain.validation import Invalid


@dataclass(frozen=True, slots=True)
class BacktestArguments:
    """What to backtest: an exported session, or bare files."""

    session: Path | None
    bars: Sequence[str]
    signals: Path | None
    settings: Path | None
    account: str | None
    said: BarFileArguments
    strict: bool
    register: str | None
    name: str | None


async def backtest(settings: ServerSettings, wanted: BacktestArguments, console: Console) -> int:
    """Backtest files, print the report, and record it on a server if one is named.

    Raises BadArgument, BadFile and DeskError.
    """
    try:
        files = _files(wanted)
        result = run_files(files, wall_clock, Console(stderr=True))
    except Invalid as problem:
        raise BadArgument(api_message(problem.message)) from problem
    print_report(result, console)
    if wanted.register is not None:
        name = wanted.name or _name(files)
        async with DeskClient(wanted.register, token=settings.secret) as client:
            backtest_id = await register(client, result, name=name, source="papertape backtest")
        console.print(f"Recorded as {name}: {backtest_id}{_left_out(result)}", highlight=False)
    return 0


def _files(wanted: BacktestArguments) -> Files:
    """What to backtest. Raises BadArgument."""
    bare = (wanted.bars, wanted.signals, wanted.settings, wanted.account, wanted.said.symbol)
    if wanted.session is not None:
        if any(bare):
            raise BadArgument("the export of a session holds its bars, signals and settings: give it alone")
        return Exported(wanted.session)
    if not wanted.bars or wanted.signals is None:
        raise BadArgument("give the export of a session, or --bars and --signals")
    as_said = wanted.said.bar_file(Path())
    bars = [bar_file(text, as_said) for text in wanted.bars]
    account = wanted.account or "default"
    return BareFiles(bars, wanted.signals, wanted.settings, account, as_said.timezone, wanted.strict)


def _left_out(result: BacktestResult) -> str:
    return "" if len(result.trades) <= MOST_TRADES else f" (its figures; more than {MOST_TRADES} trades are not kept)"


def _name(files: Files) -> str:
    path = files.path if isinstance(files, Exported) else files.signals
    return path.name.partition(".")[0] or path.name
