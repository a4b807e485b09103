"""Which bars and quotes were applied, for those that could repeat one of them (R7)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.market.update import MarketUpdate

UpdateKey = tuple[str, datetime, datetime]
"""The symbol, start and end of a bar or quote."""


class AppliedUpdates:
    """Bars and quotes in the order in which they were applied, and those before them.

    What moves its market forward repeats none, and that is nearly all: so they are indexed when one is looked for.
    """

    __slots__ = ("_index", "_indexed", "earlier", "updates")

    def __init__(self, updates: Sequence[MarketUpdate] = (), earlier: "AppliedUpdates | None" = None) -> None:
        self.updates = updates
        self.earlier = earlier
        self._index: dict[UpdateKey, tuple[MarketUpdate, ...]] = {}
        self._indexed = 0

    def alike(self, update: MarketUpdate) -> Sequence[MarketUpdate]:
        """Those of the same symbol, start and end."""
        key = _key_of(update)
        found: tuple[MarketUpdate, ...] = ()
        for layer in self._layers():
            found = (*layer.by_key().get(key, ()), *found)
        return found

    def without(self, symbol: str, since: datetime) -> "AppliedUpdates":
        """Those that a retraction of a symbol from a time on leaves."""
        updates = [update for layer in self._layers() for update in reversed(layer.updates)]
        return AppliedUpdates([one for one in reversed(updates) if one.symbol != symbol or not one.lies_after(since)])

    def _layers(self) -> Iterator["AppliedUpdates"]:
        """This and those before, the last first."""
        layer: AppliedUpdates | None = self
        while layer is not None:
            yield layer
            layer = layer.earlier

    def by_key(self) -> dict[UpdateKey, tuple[MarketUpdate, ...]]:
        """The updates as far as they have come: a batch that is under way adds to them."""
        for update in self.updates[self._indexed :]:
            key = _key_of(update)
            self._index[key] = (*self._index.get(key, ()), update)
        self._indexed = len(self.updates)
        return self._index


NONE_APPLIED = AppliedUpdates()


def _key_of(update: MarketUpdate) -> UpdateKey:
    return update.symbol, update.start, update.end
