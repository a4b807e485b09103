"""The delivery of messages to one target, by the process whose turn it is: in order, each at least once.

A message that does not arrive is sent again, later and later, until a day has passed since it was due or since the
target stopped answering, whichever is later; then it is given up, and the next goes on. Until then none overtakes it.
"""

import asyncio
import math
import random
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from api.application.metrics import Metrics
from api.application.notifications.messages import Channel, Channels, Message, NotDelivered
from api.application.notifications.templates import message_of
from api.clock import WallClock
from api.errors import PapertapeError, Unavailable
from api.persistence.beside_record import write_beside
from api.persistence.database import Database
from api.persistence.database_errors import DatabaseFailure
from api.persistence.notices import Notice
from api.persistence.notification_news import AccountRecord, news_page
from api.persistence.notification_targets import Lease, Progress, Target, keep_progress, take_lease

_log = structlog.get_logger(__name__)

_PAGE = 50
_SHORTEST_FACTOR = 0.5
_LONGEST_ERROR = 300
_RARELY = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things take, in seconds: the pauses between attempts, which double from the first to the longest; how
    long a message is tried; how long a process has its turn unless it renews it; how often it looks for one, and at
    most keeps how far a target is; how long others come first, before the first message and
    between two; after how long a feed is lost.
    """

    first_pause: float = 2.0
    longest_pause: float = 600.0
    tried: float = 86_400.0
    lease: float = 45.0
    look: float = 5.0
    keep: float = 1.0
    settling: float = 0.05
    between: float = 0.01
    feed_lost: float = 60.0

    def pause(self, attempts: int) -> float:
        """How long to wait after so many attempts have failed; never the same for all who wait."""
        whole = min(self.longest_pause, self.first_pause * 2.0 ** min(attempts - 1, 30))
        return whole * random.uniform(_SHORTEST_FACTOR, 1.0)  # noqa: S311 - nothing to guess


PATIENCE = Patience()
"""That of a desk that serves."""


class LeaseLost(PapertapeError):
    """Another process has its turn at a target, or the target is gone."""


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What deliveries work with: where is written and read, the ways to people, the time, figures, and patience."""

    writing: Database
    reading: Database
    channels: Channels
    wall: WallClock
    metrics: Metrics
    patience: Patience
    lease: Lease


class TargetDelivery:
    """Delivers to a target for as long as the lease is this process's."""

    def __init__(self, target: Target, context: DeliveryContext) -> None:
        self.target = target
        self.is_behind = True
        self._progress = self._kept = target.progress
        self._context = context
        self._news, self._revived = asyncio.Event(), asyncio.Event()
        self._kept_at = asyncio.get_running_loop().time()

    @property
    def standing(self) -> Target:
        """The target, as far as it is."""
        return replace(self.target, progress=self._progress)

    def wake(self) -> None:
        """There may be something to deliver."""
        self._news.set()

    def revive(self) -> None:
        """The target may have been reached by a test."""
        self._revived.set()

    async def run(self) -> None:
        """Deliver what there is, and then what comes. Raises LeaseLost, and what the database raises."""
        try:
            async with self._context.channels.channel(self.target.url, self.target.secret) as channel:
                while True:
                    self._news.clear()
                    await self._deliver_all(channel)
                    await self._rest()
        except asyncio.CancelledError:
            with suppress(LeaseLost, DatabaseFailure, Unavailable):
                await self._keep()
            raise

    async def _deliver_all(self, channel: Channel) -> None:
        self.is_behind = True
        while self.is_behind:
            async with self._context.reading.transaction() as transaction:
                journal, notice = self._progress.journal, self._progress.notice
                page = await transaction.ask(news_page, self.target, journal, notice, _PAGE)
            for item in page.items:
                await self._deliver(channel, item)
                await asyncio.sleep(self._context.patience.between)
            self._progress = replace(self._progress, journal=page.reached)
            self.is_behind = not page.is_last

    async def _deliver(self, channel: Channel, item: AccountRecord | Notice) -> None:
        """Send a message until it arrives or is given up."""
        message = message_of(item)
        while True:
            await self._until_it_may_be_tried()
            try:
                await self._send(channel, message)
            except NotDelivered as problem:
                if await self._failed(message, problem, item):
                    return
            else:
                await self._arrived(item)
                return

    async def _send(self, channel: Channel, message: Message) -> None:
        """Send a message; the lease is kept, however long the message waits for its turn among others."""
        is_done = asyncio.Event()
        keeping = asyncio.create_task(self._keep_until(is_done))
        try:
            await channel.send(message)
        finally:
            is_done.set()
            await keeping

    async def _keep_until(self, is_done: asyncio.Event) -> None:
        while not await _wait_for(is_done, self._renewal):
            await self._keep()

    async def _arrived(self, item: AccountRecord | Notice) -> None:
        if self._progress.failing_since is not None:
            _log.info("notifications arrive again", target=self.target.name)
        passed = _after(self._progress.revived(), item)
        self._progress = replace(passed, sent=passed.sent + 1, last_sent=self._context.wall())
        self._context.metrics.notifications_sent.labels(self.target.name).inc()
        await self._keep(self._context.patience.keep)

    async def _failed(self, message: Message, problem: NotDelivered, item: AccountRecord | Notice) -> bool:
        """Keep what went wrong; whether the message was given up."""
        now, patience, before = self._context.wall(), self._context.patience, self._progress
        since, attempts = before.failing_since or now, before.attempts + 1
        pause = max(patience.pause(attempts), min(problem.retry_after, patience.longest_pause))
        is_over = now >= max(message.recorded_at, since) + timedelta(seconds=patience.tried) and not problem.is_gone
        failed = replace(
            before,
            attempts=attempts,
            next_attempt=now + timedelta(seconds=pause),
            failing_since=since,
            last_error=str(problem)[:_LONGEST_ERROR],
            stopped=problem.is_gone,
        )
        self._progress = _after(failed, item).given_up(now) if is_over else failed
        if before.failing_since is None:
            _log.warning("notifications do not arrive", target=self.target.name, reason=str(problem))
        if is_over:
            _log.error("notification given up", target=self.target.name, id=message.id, reason=str(problem))
            self._context.metrics.notifications_failed.labels(self.target.name).inc()
        await self._keep()
        return is_over

    async def _until_it_may_be_tried(self) -> None:
        """Wait for the next attempt's time, or a test that reaches the target; then the lease lasts for an attempt."""
        while (pause := self._seconds_to_wait()) > 0:
            await _wait_for(self._revived, min(pause, self._renewal))
            self._revived.clear()
            await self._look_again()
        await self._keep(self._renewal)

    def _seconds_to_wait(self) -> float:
        if self._progress.stopped:
            return math.inf
        due = self._progress.next_attempt
        return 0 if due is None else (due - self._context.wall()).total_seconds()

    async def _look_again(self) -> None:
        """Take the lease anew, and over what a test has changed."""
        fresh = await self._context.writing.write(write_beside, take_lease, self.target, self._context.lease)
        if fresh is None:
            raise LeaseLost
        self._kept_at = asyncio.get_running_loop().time()
        if fresh.progress == self._kept.revived():
            self._progress, self._kept = self._progress.revived(), fresh.progress

    async def _rest(self) -> None:
        """Until there may be something to deliver. Who has just traded is answered first."""
        await self._keep(0 if self._progress.sent != self._kept.sent else min(_RARELY, self._renewal))
        await self._keep_until(self._news)
        await asyncio.sleep(self._context.patience.settling)

    @property
    def _renewal(self) -> float:
        """After how many seconds the lease is taken anew; where nobody else can have it, never."""
        return math.inf if self._context.lease.is_alone else self._context.patience.lease / 3

    async def _keep(self, unless_within: float = 0) -> None:
        """Keep how far the target is, and the lease, unless that was done within some seconds. Raises LeaseLost."""
        now = asyncio.get_running_loop().time()
        progress, lease = self._progress, self._context.lease
        if now < self._kept_at + unless_within or (lease.is_alone and progress == self._kept):
            return
        if not await self._context.writing.write(write_beside, keep_progress, self.target, progress, lease):
            raise LeaseLost
        self._kept, self._kept_at = progress, now


def _after(progress: Progress, item: AccountRecord | Notice) -> Progress:
    """The progress of a target that is done with a message."""
    if isinstance(item, Notice):
        return replace(progress, notice=item.number)
    return replace(progress, journal=item.record.ordinal)


async def _wait_for(event: asyncio.Event, seconds: float) -> bool:
    """Whether something happened within some seconds."""
    try:
        async with asyncio.timeout(None if seconds == math.inf else seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
