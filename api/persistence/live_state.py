"""The desk in memory, as it stood after the newest groups: what is live is read there, not in the database.

A state never changes, so whoever has taken one sees one moment. The writer publishes the state that each of its groups
leaves; what other processes wrote is caught up with when a transaction has seen it.
"""

from collections import deque

from api.persistence.cached_state import CachedState, caught_up
from api.persistence.database import Ask, Database
from api.persistence.desk_row import newest
from domain.engine.state import Desk

_KEPT = 64


class LiveState:
    """The newest states of the desk that this process knows. If it `is_alone`, no other process writes."""

    def __init__(self, *, is_alone: bool) -> None:
        self.is_alone = is_alone
        self._states: deque[CachedState] = deque(maxlen=_KEPT)

    @classmethod
    async def read(cls, database: Database, *, is_alone: bool) -> "LiveState":
        """The desk as it is now. Raises DatabaseFailure."""
        live = cls(is_alone=is_alone)
        async with database.transaction() as transaction:
            await live.at(transaction.ask, await transaction.ask(newest))
        return live

    @property
    def newest(self) -> CachedState | None:
        """The newest state; None before the first is known."""
        return self._states[-1] if self._states else None

    def publish(self, state: CachedState) -> None:
        """Let a state be read, if it is newer than all others."""
        if self.newest is None or state.ordinal > self.newest.ordinal:
            self._states.append(state)

    async def at(self, ask: Ask, ordinal: int) -> Desk | None:
        """The desk at the ordinal of a transaction, which is asked for what it does not know; None of long ago."""
        known = self.newest
        if known is None or known.ordinal < ordinal:
            desk = await ask(caught_up, known, ordinal)
            self.publish(CachedState(ordinal, desk))
            return desk
        return next((state.desk for state in reversed(self._states) if state.ordinal == ordinal), None)
