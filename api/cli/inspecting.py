"""Shows how a file of bars would be read."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from api.cli.bar_files import BarFileArguments
from api.files.bar_columns import NumberedBar
from api.files.bar_file import checked
from api.files.inspection import Inspection, figures, inspected
from api.files.text_file import BadFile
from api.files.unusable import UnusableBars

_MOST_SESSIONS = 3


async def inspect(path: Path, said: BarFileArguments, console: Console) -> int:
    """Show what a file would be taken for. Raises BadArgument and BadFile."""
    file = said.bar_file(path)
    try:
        with checked(file) as bars:
            inspection = inspected(bars)
            sessions = [] if bars.interval.is_of_calendar else [_sessions(inspection)]
            lines = [*bars.remarks(), _gaps(inspection), *sessions]
    except UnusableBars as problem:
        raise BadFile(path, problem.line, problem.reason) from None
    console.print(_table(inspection.first, inspection.last), crop=False)
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
    return 0


def _table(*parts: Iterable[NumberedBar]) -> Table:
    table = Table("line", "symbol", "start", "end", "open", "high", "low", "close", "volume")
    for column in (table.columns[0], *table.columns[4:]):
        column.justify = "right"
    for part in parts:
        for row in part:
            times = (f"{time:%Y-%m-%dT%H:%MZ}" for time in (row.bar.start, row.bar.end))
            table.add_row(str(row.line), row.bar.symbol, *times, *figures(row.bar))
        table.add_section()
    for column in table.columns:
        column.min_width = max(len(str(cell)) for cell in (column.header, *column.cells))
    return table


def _gaps(inspection: Inspection) -> str:
    within, between = inspection.gaps_within_days, inspection.gaps_between_days
    if not within + between:
        return "no gaps"
    longest = "; ".join(
        f"{_span(gap.length)} of {gap.symbol} from {gap.start:%Y-%m-%dT%H:%MZ}" for gap in inspection.longest_gaps
    )
    return f"gaps: {within} within a day, {between} between days; the longest: {longest}"


def _sessions(inspection: Inspection) -> str:
    common = inspection.sessions.most_common(_MOST_SESSIONS)
    shown = "; ".join(f"{session.start} to {session.end} on {days}" for session, days in common)
    days = inspection.sessions.total()
    return f"sessions, in {inspection.zone}: {shown} of {days} day{'' if days == 1 else 's'}"


def _span(length: timedelta) -> str:
    hours, rest = divmod(length.seconds, 3600)
    parts = ((length.days, "d"), (hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    return " ".join(f"{count}{unit}" for count, unit in parts if count)
