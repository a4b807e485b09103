"""A file of bars, sent to a running server as a feed would send it."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from api.feeds.bars_csv import BadRow, NumberedBar, count_rows, read_bars
from api.feeds.client import DeskClient, FeedError, IngestAnswer
from api.feeds.intervals import Interval
from api.feeds.pace import Pace

LARGEST_BATCH = 5_000
_NAMED_ON_CONSOLE = 20


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A bar that the server did not apply: its line in the file, LATE, CONFLICT or INVALID, and why."""

    line: int
    outcome: str
    message: str


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What became of a file: its bars by outcome, the fills they caused, and the row at which it ended too early."""

    sent: int
    applied: int
    duplicate: int
    fills: int
    rejected: tuple[RejectedRow, ...]
    bad_row: BadRow | None

    @property
    def clean(self) -> bool:
        """Whether every row was a bar, and the server has them all."""
        return self.bad_row is None and not self.rejected

    def summary(self) -> str:
        """The result in one line."""
        counts = Counter(row.outcome for row in self.rejected)
        rejected = ", ".join(f"{counts[outcome]} {outcome.lower()}" for outcome in sorted(counts))
        return (
            f"{self.sent} bars sent: {self.applied} applied, {self.duplicate} duplicate, "
            f"{rejected or 'none rejected'}; {self.fills} fills"
        )


async def replay(
    path: Path,
    *,
    url: str,
    interval: Interval,
    console: Console,
    symbol: str | None = None,
    timezone: tzinfo | None = None,
    speed: float | None = None,
    batch: int = 500,
    token: str | None = None,
) -> ReplayResult:
    """Send a file's bars in batches, `speed` bars a second (None: as fast as they are taken), and show how it goes.

    At a bad row it ends, after sending what came before. Sent again, a file applies nothing twice (R7). FeedError
    if the server cannot be reached or the file not be read.
    """
    bars = read_bars(path, interval=interval, symbol=symbol, timezone=timezone)
    async with DeskClient(url, token=token) as client:
        return await send_file(path, bars, client=client, console=console, speed=speed, batch=batch)


async def send_file(
    path: Path,
    bars: Iterator[NumberedBar],
    *,
    client: DeskClient,
    console: Console,
    speed: float | None = None,
    batch: int = 500,
) -> ReplayResult:
    """What `replay` does once it is connected: `bars` are those of the file at `path`."""
    try:
        total = await asyncio.to_thread(count_rows, path)
    except OSError as error:
        raise FeedError(f"cannot read {path}: {error.strerror or error}") from None
    with _progress(console) as progress:
        task = progress.add_task(path.name, total=total, applied=0, duplicate=0, fills=0, rate="")
        run = _Replay(client, Pace(speed), progress, task)
        await run.send(bars, min(batch, LARGEST_BATCH))
    result = run.result()
    _conclude(console, path, result)
    return result


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[applied]} applied, {task.fields[duplicate]} duplicate, {task.fields[fills]} fills"),
        TimeRemainingColumn(),
        console=console,
    )


def _conclude(console: Console, path: Path, result: ReplayResult) -> None:
    for row in result.rejected[:_NAMED_ON_CONSOLE]:
        console.print(f"{escape(path.name)} line {row.line}: {row.outcome}: {escape(row.message)}", highlight=False)
    if (more := len(result.rejected) - _NAMED_ON_CONSOLE) > 0:
        console.print(f"… and {more} more rejected")
    if result.bad_row is not None:
        console.print(f"[red]{escape(path.name)} {escape(str(result.bad_row))}[/red]; what came before it was sent")
    console.print(result.summary(), highlight=False)


@dataclass(slots=True)
class _Replay:
    client: DeskClient
    pace: Pace
    progress: Progress
    task: TaskID
    sent: int = 0
    applied: int = 0
    duplicate: int = 0
    fills: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    bad_row: BadRow | None = None
    last_line: int = 1

    async def send(self, bars: Iterator[NumberedBar], batch: int) -> None:
        size = self.pace.batch(batch)
        good = self._until_bad(bars)
        wait = 0.0
        while rows := list(islice(good, size)):
            await asyncio.sleep(wait)
            self._count(rows, await self._ingest(rows))
            wait = self.pace.seconds_after(len(rows))

    def _until_bad(self, bars: Iterator[NumberedBar]) -> Iterator[NumberedBar]:
        try:
            yield from bars
        except BadRow as bad_row:
            self.bad_row = bad_row

    async def _ingest(self, rows: Sequence[NumberedBar]) -> IngestAnswer:
        try:
            return await self.client.ingest_bars([row.bar for row in rows])
        except FeedError as error:
            kept = f"; the server has the file up to line {self.last_line}" if self.sent else ""
            raise FeedError(f"{error}{kept}") from None

    def _count(self, rows: Sequence[NumberedBar], answer: IngestAnswer) -> None:
        self.sent += len(rows)
        self.applied += answer.applied
        self.duplicate += answer.duplicate
        self.fills += answer.fills
        self.rejected += [RejectedRow(rows[each.index].line, each.outcome, each.message) for each in answer.rejected]
        self.last_line = rows[-1].line
        self.progress.update(
            self.task,
            completed=self.last_line - 1,
            applied=self.applied,
            duplicate=self.duplicate,
            fills=self.fills,
            rate=self._rate(),
        )

    def _rate(self) -> str:
        speed = self.progress.tasks[self.progress.task_ids.index(self.task)].speed
        return f"{speed:.0f} bars/s" if speed else ""

    def result(self) -> ReplayResult:
        return ReplayResult(self.sent, self.applied, self.duplicate, self.fills, tuple(self.rejected), self.bad_row)
