"""What two desks must have in common if they know the same."""

from collections.abc import Sequence

from domain.engine.overdue import watch_of
from domain.engine.state import Desk
from domain.engine.triggers import Triggers
from domain.engine.watch import Watch


def comparable(desk: Desk) -> dict[str, object]:
    """All that decides: two processes know the same if it is equal."""
    return {
        "accounts": dict(desk.accounts),
        "markets": dict(desk.markets),
        "watches": {name: _known_of(watch_of(desk, name)) for name in desk.accounts},
        "triggers": {symbol: due for symbol, index in desk.triggers.items() if any(due := _without_bands(index.now))},
        "latest_end": desk.latest_end,
    }


def _known_of(watch: Watch) -> object:
    """What is known of an account's equity; when it was looked at last is each process's own affair."""
    return watch.watermarks, watch.hour, watch.worth


def _without_bands(index: Triggers) -> Sequence[object]:
    ladders = (index.below, index.above, index.times)
    return [list(zip(ladder.points, ladder.subjects, strict=True)) for ladder in ladders]
