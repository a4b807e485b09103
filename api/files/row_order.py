"""In which order a file's rows stand, and what that tells of the hour that comes twice when clocks are put back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import Enum
from itertools import groupby, pairwise

from api.files.row_report import RowOutcome, RowReport
from api.files.row_store import RowStore
from api.files.wall_times import instant_of


class Order(Enum):
    """How the times of a symbol's rows run down the file."""

    OLDEST_FIRST = "oldest first"
    NEWEST_FIRST = "newest first"
    NONE = "not in order of time"


def orders_of(store: RowStore) -> Mapping[str, Order]:
    """The order of each symbol's rows."""
    return {symbol: _order(later, earlier) for symbol, (later, earlier) in store.directions().items()}


def _order(later: int, earlier: int) -> Order:
    if not earlier:
        return Order.OLDEST_FIRST
    return Order.NONE if later else Order.NEWEST_FIRST


def note_on(orders: Iterable[Order]) -> str | None:
    """What is said of a file whose rows are not oldest first."""
    if Order.NONE in (known := set(orders)):
        return "the rows are not in order of time: they are taken oldest first"
    return "the file is newest first: its rows are taken oldest first" if Order.NEWEST_FIRST in known else None


def resolve_repeated(
    store: RowStore, orders: Mapping[str, Order], zone: tzinfo, report: RowReport, *, are_days: bool
) -> None:
    """Decide by the order of rows which of two equal wall times each means; name those that stay ambiguous.

    A day, week or month begins at the first of the two.
    """
    for (symbol, _), group in groupby(store.repeated(), key=lambda row: (row[0], row[2].date())):
        rows = [(line, wall) for _, line, wall in group]
        order = orders.get(symbol, Order.OLDEST_FIRST)
        if order is Order.NEWEST_FIRST:
            rows.reverse()
        folds = [0] * len(rows) if are_days else _folds(rows, order)
        for (line, wall), fold in zip(rows, folds, strict=True):
            if fold is None:
                report.name(RowOutcome.UNUSABLE, line, _cannot_be_told(wall, zone))
            else:
                store.set_offset(line, _offset(wall, zone, fold))


def _folds(rows: Sequence[tuple[int, datetime]], order: Order) -> Sequence[int | None]:
    second = None if order is Order.NONE else _where_again([wall for _, wall in rows])
    return [None if second is None else int(place >= second) for place in range(len(rows))]


def _where_again(walls: Sequence[datetime]) -> int | None:
    """Where the hour begins again: where the clock runs back, or else stands; None unless that is one place."""
    steps = [later - earlier for earlier, later in pairwise(walls)]
    back = [place for place, step in enumerate(steps, 1) if step < timedelta(0)]
    stands = [place for place, step in enumerate(steps, 1) if not step]
    places = back or stands
    return places[0] if len(places) == 1 else None


def _offset(wall: datetime, zone: tzinfo, fold: int) -> timedelta:
    return wall - instant_of(wall, zone, fold).replace(tzinfo=None)


def _cannot_be_told(wall: datetime, zone: tzinfo) -> str:
    return (
        f"{wall.isoformat(' ')} comes twice in {zone}, where clocks were put back, and the order of rows does not tell "
        "which it is: write its offset, or name another zone with --timezone"
    )
