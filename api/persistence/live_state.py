"""The desk in memory, as it stood after the newest groups: what is live is read there, not in the database.

A state never changes, so whoever has taken one sees one moment. The writer publishes the state that each of its groups
leaves; what other processes wrote is caught up with when a transaction has seen it.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from api.persistence.cached_state import CachedState, caught_up
from api.persistence.chain import Head
from api.persistence.change_feed import ChangeBatch
from api.persistence.database import Ask, Database
from api.persistence.desk_row import head
from api.persistence.open_places import OpenPlaces
from domain.engine.state import Desk

_KEPT = 64

Listener = Callable[[ChangeBatch, Desk], None]
"""Takes what was written, and the desk after it."""


class LiveState:
    """The newest states of the desk that this process knows, and the places of its open positions.

    If it `is_alone`, no other process writes.
    """

    def __init__(self, *, is_alone: bool) -> None:
        self.is_alone = is_alone
        self.open_places = OpenPlaces()
        self._states: tuple[CachedState, ...] = ()
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._listeners: list[Listener] = []

    @classmethod
    async def read(cls, database: Database, *, is_alone: bool) -> "LiveState":
        """The desk as it is now. Raises DatabaseFailure."""
        live = cls(is_alone=is_alone)
        async with database.transaction() as transaction:
            await live.at(transaction.ask, await transaction.ask(head))
        return live

    @property
    def states(self) -> Sequence[CachedState]:
        """The states as they are now, the oldest first; also for who is not on the event loop."""
        return self._states

    @property
    def newest(self) -> CachedState | None:
        """The newest state; None before the first is known."""
        return self._states[-1] if self._states else None

    @contextmanager
    def in_writing(self) -> Iterator[None]:
        """While it is written, what others wrote is read too, and published with it."""
        self._at_rest.clear()
        try:
            yield
        finally:
            self._at_rest.set()

    async def at_rest(self, patience: float) -> None:
        """Return once it is not being written, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._at_rest.wait()

    def listen(self, listener: Listener) -> None:
        """Tell somebody of all that is written from here on; what was too much to be read at once is missing."""
        self._listeners.append(listener)

    def publish(self, ordinal: int, desk: Desk, batch: ChangeBatch | None) -> None:
        """Let a state be read, if it is newer than all others, and what led to it be followed."""
        if self.newest is not None and ordinal <= self.newest.ordinal:
            return
        self._states = (*self._states[1 - _KEPT :], CachedState(ordinal, desk))
        if batch is None:
            self.open_places.forget()
        else:
            self.open_places.follow(batch.changes)
            for listener in self._listeners:
                listener(batch, desk)

    async def at(self, ask: Ask, end: Head) -> Desk | None:
        """The desk at the end of a transaction's record; what is not known of it is read. None of long ago."""
        known = self.newest
        if known is None or known.ordinal < end.ordinal:
            desk, batch = await ask(caught_up, known, end)
            self.publish(end.ordinal, desk, batch)
            return desk
        return desk_at(self._states, end.ordinal)


def desk_at(states: Sequence[CachedState], ordinal: int) -> Desk | None:
    """The desk at an ordinal, if it is one of these states."""
    return next((state.desk for state in reversed(states) if state.ordinal == ordinal), None)
