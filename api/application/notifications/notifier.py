"""What runs in each serving process: it takes its turn at targets, delivers, and notes what the journal lacks."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from api.application.notifications.delivery import DeliveryContext, LeaseLost, TargetDelivery
from api.codec.events import stream_and_kind
from api.errors import PapertapeError
from api.persistence.beside_record import write_beside
from api.persistence.change_feed import Change, ChangeBatch
from api.persistence.live_state import LiveState
from api.persistence.notification_news import NEWS, pending
from api.persistence.notification_targets import Target, give_up_leases, stored_targets, take_lease
from domain.engine.events import JournalRecord
from domain.engine.state import Desk

_log = structlog.get_logger(__name__)

Watch = Callable[[Sequence[Target]], Awaitable[None]]
"""Notes what there is to tell that is no event of the journal."""


class Notifier:
    """Delivers to the targets whose turn is this process's."""

    def __init__(self, context: DeliveryContext, live: LiveState, watches: Sequence[Watch]) -> None:
        self._context = context
        self._live = live
        self._watches = watches
        self._deliveries: dict[tuple[object, ...], tuple[TargetDelivery, asyncio.Task[None]]] = {}
        self._changed = asyncio.Event()
        self._waits = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._live.listen(self._hear)
        self._task = asyncio.create_task(self._run(), name="notifier")

    async def close(self) -> None:
        """End what is being sent, and let others have their turn."""
        tasks = [task for _, task in self._deliveries.values()]
        tasks += [] if self._task is None else [self._task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._deliveries:
            await self._attempted(self._give_up())

    def change(self) -> None:
        """There are other targets, or one may be tried again."""
        for delivery, _ in self._deliveries.values():
            delivery.revive()
        self._changed.set()

    def _hear(self, batch: ChangeBatch, _: Desk) -> None:
        if self._deliveries and any(map(_is_news, batch.changes)):
            self._wake()

    def _wake(self) -> None:
        for delivery, _ in self._deliveries.values():
            delivery.wake()

    async def _run(self) -> None:
        while True:
            await self._attempted(self._look())
            try:
                async with asyncio.timeout(self._context.patience.look):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()

    async def _attempted(self, work: Awaitable[None]) -> None:
        """Work that is done again soon, if it fails."""
        try:
            await work
            self._waits = False
        except PapertapeError as problem:
            self._wait_for(problem)
        except Exception:  # noqa: BLE001 - what people are told must not end what they trade with
            _log.exception("fault in notifications")

    def _wait_for(self, problem: PapertapeError) -> None:
        """Tell once that the database does not answer."""
        if not self._waits:
            _log.warning("notifications wait for the database", reason=str(problem))
        self._waits = True

    async def _look(self) -> None:
        async with self._context.reading.transaction() as transaction:
            targets = await transaction.ask(stored_targets)
        if not targets and not self._deliveries:
            return
        await self._end_all_but({target.key for target in targets})
        for target in targets:
            if target.key not in self._deliveries:
                await self._begin(target)
        for watch in self._watches:
            await watch(targets)
        self._wake()
        await self._count()

    async def _end_all_but(self, keys: set[tuple[object, ...]]) -> None:
        """Forget deliveries that have ended, and end those of targets that are gone."""
        for key, (delivery, task) in list(self._deliveries.items()):
            if key in keys and not task.done():
                continue
            task.cancel()
            [ended] = await asyncio.gather(task, return_exceptions=True)
            del self._deliveries[key]
            self._context.metrics.notifications_pending.labels(delivery.target.name).set(0)
            if isinstance(ended, PapertapeError) and not isinstance(ended, LeaseLost):
                self._wait_for(ended)
            elif isinstance(ended, Exception) and not isinstance(ended, PapertapeError):
                _log.error("fault in notifications", target=delivery.target.name, exc_info=ended)

    async def _begin(self, target: Target) -> None:
        taken = await self._context.writing.write(write_beside, take_lease, target, self._context.lease)
        if taken is not None:
            delivery = TargetDelivery(taken, self._context)
            task = asyncio.create_task(delivery.run(), name=f"notifications to {target.name}")
            self._deliveries[target.key] = delivery, task

    async def _count(self) -> None:
        """Show what is pending of each target whose turn is this process's."""
        for delivery, _ in self._deliveries.values():
            count = 0
            if delivery.is_behind:
                async with self._context.reading.transaction() as transaction:
                    count = await transaction.ask(pending, delivery.standing)
            self._context.metrics.notifications_pending.labels(delivery.target.name).set(count)

    async def _give_up(self) -> None:
        await self._context.writing.write(write_beside, give_up_leases, self._context.lease.owner)


def _is_news(change: Change) -> bool:
    """Whether anybody might want to be told."""
    source = change.source
    if isinstance(source, JournalRecord):
        stream, kind = stream_and_kind(source.entry.event)
        return (stream.value, kind.value) in NEWS
    return (source.stream, source.kind) in NEWS
