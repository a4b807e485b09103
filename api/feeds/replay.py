"""A file of bars, checked as a whole and then sent to a running server as a feed would send it."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from api.client import DeskClient, DeskError, IngestAnswer
from api.feeds.pace import Pace
from api.files.bar_columns import NumberedBar
from api.files.bar_file import BarFile, CheckedBars, checked
from api.files.row_report import RowOutcome, RowReport
from api.files.unusable import UnusableBars
from api.wording import counted

LARGEST_BATCH = 5_000

_OUTCOMES = {"LATE": RowOutcome.LATE, "CONFLICT": RowOutcome.CONFLICT, "INVALID": RowOutcome.UNUSABLE}


@dataclass(slots=True)
class ReplayResult:
    """What became of a file: its rows by outcome, how many the server had before, and the fills that they caused."""

    report: RowReport
    known_before: int = 0
    fills: int = 0

    @property
    def clean(self) -> bool:
        """Whether the server has every row that can be used, just as the file has it."""
        return not self.report.counts[RowOutcome.LATE] and not self.report.counts[RowOutcome.CONFLICT]


async def replay(
    file: BarFile,
    *,
    url: str,
    console: Console,
    strict: bool = False,
    speed: float | None = None,
    batch: int = 500,
    token: str | None = None,
) -> ReplayResult:
    """Send a file's bars in batches, `speed` bars a second (None: as fast as they are taken), and show how it goes.

    Nothing is sent before all of the file was checked. Sent again, a file applies nothing twice (R7). DeskError if the
    server cannot be reached, UnusableBars if the file cannot be used; `strict` means: unless all of its rows can be.
    """
    try:
        with checked(file, strict=strict) as bars:
            async with DeskClient(url, token=token) as client:
                return await send_bars(bars, client=client, console=console, speed=speed, batch=batch)
    except UnusableBars as problem:
        raise UnusableBars(None, f"{file.path.name}: {problem}; nothing was sent") from None


async def send_bars(
    bars: CheckedBars, *, client: DeskClient, console: Console, speed: float | None = None, batch: int = 500
) -> ReplayResult:
    """What `replay` does once the file is checked and the server known."""
    for line in (bars.summary(), *bars.said()):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    with _progress(console) as progress:
        task = progress.add_task(
            bars.path.name, total=bars.count, applied=0, duplicate=0, fills=counted(0, "fill"), rate=""
        )
        run = _Replay(client, Pace(speed), progress, task, bars.count, ReplayResult(bars.report))
        await run.send(bars.bars(), min(batch, LARGEST_BATCH))
    _conclude(console, bars.path.name, run.result)
    return run.result


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[applied]} applied, {task.fields[duplicate]} duplicate, {task.fields[fills]}"),
        TimeRemainingColumn(),
        console=console,
    )


def _conclude(console: Console, name: str, result: ReplayResult) -> None:
    report = result.report
    for sentence in report.sentences():
        console.print(f"{name} {sentence}", highlight=False, markup=False, soft_wrap=True)
    table = Table("outcome", "rows", "lines", title=escape(name))
    table.columns[1].justify = "right"
    for outcome in RowOutcome:
        table.add_row(outcome.value, str(report.counts[outcome]), _where(result, outcome))
    console.print(table)
    console.print(counted(result.fills, "fill"), highlight=False)


def _where(result: ReplayResult, outcome: RowOutcome) -> str:
    lines = result.report.lines(outcome)
    if outcome is not RowOutcome.DUPLICATE or not result.known_before:
        return lines
    return f"{lines}; {result.known_before} on the server before" if lines else "on the server before"


@dataclass(slots=True)
class _Replay:
    client: DeskClient
    pace: Pace
    progress: Progress
    task: TaskID
    total: int
    result: ReplayResult
    sent: int = 0

    async def send(self, bars: Iterator[NumberedBar], batch: int) -> None:
        size = self.pace.batch(batch)
        wait = 0.0
        while rows := list(islice(bars, size)):
            await asyncio.sleep(wait)
            self._count(rows, await self._ingest(rows))
            wait = self.pace.seconds_after(len(rows))

    async def _ingest(self, rows: Sequence[NumberedBar]) -> IngestAnswer:
        try:
            return await self.client.ingest_bars([row.bar for row in rows])
        except DeskError as error:
            kept = f"; the server has the first {self.sent} of {self.total} bars" if self.sent else ""
            raise DeskError(f"{error}{kept}") from None

    def _count(self, rows: Sequence[NumberedBar], answer: IngestAnswer) -> None:
        result, report = self.result, self.result.report
        report.count(RowOutcome.APPLIED, answer.applied)
        report.count(RowOutcome.DUPLICATE, answer.duplicate)
        for rejected in answer.rejected:
            report.name(_OUTCOMES[rejected.outcome], rows[rejected.index].line, rejected.message)
        result.known_before += answer.duplicate
        result.fills += answer.fills
        self.sent += len(rows)
        self._show()

    def _show(self) -> None:
        counts = self.result.report.counts
        self.progress.update(
            self.task,
            completed=self.sent,
            applied=counts[RowOutcome.APPLIED],
            duplicate=self.result.known_before,
            fills=counted(self.result.fills, "fill"),
            rate=self._rate(),
        )

    def _rate(self) -> str:
        speed = self.progress.tasks[self.progress.task_ids.index(self.task)].speed
        return f"{speed:.0f} bars/s" if speed else ""
