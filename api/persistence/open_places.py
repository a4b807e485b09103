"""The places of open positions in their accounts' journals, by which lists of them are ordered and continued.

A place never changes, so it is learned once: from what this process writes, or from rows.
"""

from collections.abc import Iterable
from uuid import UUID

from api.persistence.change_feed import Change
from api.persistence.queries import Placed, PositionKey
from domain.engine.events import JournalRecord, PositionEvent, PositionEventKind
from domain.portfolio.open_positions import OpenPositions

_MOST_KNOWN = 100_000


class OpenPlaces:
    """The places that are known of positions that are open."""

    def __init__(self) -> None:
        self._places: dict[UUID, int] = {}

    def follow(self, changes: Iterable[Change]) -> None:
        """Learn of positions that were opened, and forget those that were closed."""
        for change in changes:
            event = change.source.entry.event if isinstance(change.source, JournalRecord) else None
            if not isinstance(event, PositionEvent):
                continue
            if event.kind is PositionEventKind.OPENED:
                self._places[event.position.id] = change.seq
            elif not event.position.is_open:
                self._places.pop(event.position.id, None)

    def learn(self, placed: Iterable[Placed[PositionKey]], held: OpenPositions) -> None:
        """Learn what rows say of positions that are held still."""
        if len(self._places) > _MOST_KNOWN:
            self.forget()  # among them are some that other processes closed
        self._places.update((key, place) for place, (symbol, key) in placed if key in held.of_symbol(symbol))

    def forget(self) -> None:
        """Know nothing any more, for what was closed is not known either."""
        self._places.clear()

    def newest_first(self, positions: OpenPositions) -> list[Placed[PositionKey]] | None:
        """Positions in the order of a list; None if the place of any is not known."""
        places = self._places
        placed = [
            (places.get(key, 0), (symbol, key)) for symbol in positions.symbols for key in positions.of_symbol(symbol)
        ]
        placed.sort(reverse=True)
        return None if placed and placed[-1][0] == 0 else placed
