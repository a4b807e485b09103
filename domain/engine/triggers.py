"""Which positions and working signals of a symbol a bar or quote may concern: sorted by what it must reach.

The index only names candidates; the rules decide on them. One too many is harmless, a missing one the only fault.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Generic, TypeVar
from uuid import UUID

from domain.market.update import MarketUpdate
from domain.matching.exit_rules import due_at, next_target
from domain.matching.trailing import trail_level
from domain.money import BOUND, ZERO
from domain.orders.request import EntryType
from domain.orders.side import Side
from domain.orders.signal import Signal
from domain.portfolio.position import Position
from domain.records import dataclass

Point = TypeVar("Point", bound=Decimal | datetime)

Subject = tuple[str, UUID | None]
"""An account's name, and the id of its position or signal; None is the account itself."""


@dataclass(frozen=True, slots=True)
class Ladder(Generic[Point]):
    """Subjects by the price, or the time, at which they are due; both tuples are in ascending order."""

    points: tuple[Point, ...] = ()
    subjects: tuple[Subject, ...] = ()

    def with_subject(self, point: Point, subject: Subject) -> "Ladder[Point]":
        """This with one more."""
        place = self._place(point, subject)
        return Ladder(
            (*self.points[:place], point, *self.points[place:]),
            (*self.subjects[:place], subject, *self.subjects[place:]),
        )

    def without(self, point: Point, subject: Subject) -> "Ladder[Point]":
        """This without one that is there."""
        place = self._place(point, subject)
        return Ladder(
            (*self.points[:place], *self.points[place + 1 :]), (*self.subjects[:place], *self.subjects[place + 1 :])
        )

    def from_on(self, point: Point) -> tuple[Subject, ...]:
        """Those due at a point or above it."""
        return self.subjects[bisect_left(self.points, point) :]

    def up_to(self, point: Point) -> tuple[Subject, ...]:
        """Those due at a point or below it."""
        return self.subjects[: bisect_right(self.points, point)]

    def _place(self, point: Point, subject: Subject) -> int:
        first, last = bisect_left(self.points, point), bisect_right(self.points, point)
        return bisect_left(self.subjects, _order(subject), first, last, key=_order)


def _order(subject: Subject) -> tuple[str, int]:
    name, key = subject
    return name, -1 if key is None else key.int


@dataclass(frozen=True, slots=True)
class Levels:
    """What makes something a candidate: a low at a price or below, a high at one or above, a start at a time or on, an
    end at one or on; and a last price, when all is done, outside two others."""

    below: tuple[Decimal, ...] = ()
    above: tuple[Decimal, ...] = ()
    times: tuple[datetime, ...] = ()
    ends: tuple[datetime, ...] = ()
    least: tuple[Decimal, ...] = ()
    most: tuple[Decimal, ...] = ()


NO_LEVELS = Levels()


def levels_of(item: Position | Signal) -> Levels:
    """What makes an open position, or a working signal, a candidate."""
    return _of_signal(item) if isinstance(item, Signal) else _of_position(item)


def _of_position(position: Position) -> Levels:
    """Its stop, its next target, where its stop trails on, and when it expires (R21-R27), as far as it has them; and
    what a bar under way may still meet of what was before (R41)."""
    earlier = position.plan.earlier or ()
    stops = _known(position.stop, *(levels.stop for levels in earlier))
    ahead = (price for levels in earlier for price in (levels.target1, levels.target2))
    targets = _known(next_target(position), trail_level(position), *ahead)
    below, above = (stops, targets) if position.side is Side.LONG else (targets, stops)
    return Levels(below, above, _known(due_at(position)))


def _known(*points: Point | None) -> tuple[Point, ...]:
    return tuple([point for point in points if point is not None])


def _of_signal(signal: Signal) -> Levels:
    """Its price, or that it waits for an open or a close; and until when it waits (R15, R16)."""
    request = signal.request
    times = _known(request.good_until)
    if request.entry is EntryType.AT_CLOSE:
        return Levels(times=times, ends=(signal.timestamp,))
    if request.entry_price is None:
        return Levels(times=(*times, signal.timestamp))
    is_below = (request.entry is EntryType.LIMIT) is (signal.side is Side.LONG)
    price = _known(request.entry_price, *(earlier.request.entry_price for earlier in signal.earlier or ()))
    return Levels(below=price, times=times) if is_below else Levels(above=price, times=times)


@dataclass(frozen=True, slots=True)
class Triggers:
    """The index of a symbol."""

    below: Ladder[Decimal] = Ladder()
    above: Ladder[Decimal] = Ladder()
    times: Ladder[datetime] = Ladder()
    ends: Ladder[datetime] = Ladder()
    least: Ladder[Decimal] = Ladder()
    most: Ladder[Decimal] = Ladder()

    def moved(self, subject: Subject, before: Levels, after: Levels) -> "Triggers":
        """This where a subject has other levels than before."""
        return Triggers(
            self.below if before.below == after.below else _moved(self.below, subject, before.below, after.below),
            self.above if before.above == after.above else _moved(self.above, subject, before.above, after.above),
            self.times if before.times == after.times else _moved(self.times, subject, before.times, after.times),
            self.ends if before.ends == after.ends else _moved(self.ends, subject, before.ends, after.ends),
            self.least if before.least == after.least else _moved(self.least, subject, before.least, after.least),
            self.most if before.most == after.most else _moved(self.most, subject, before.most, after.most),
        )

    def reached_by(self, update: MarketUpdate, last: Decimal) -> list[Subject]:
        """Whom a bar or quote may concern that leaves a last price."""
        below, above, times, ends = self.below.points, self.above.points, self.times.points, self.ends.points
        least, most = self.least.points, self.most.points
        concerned: list[Subject] = []
        if below and below[-1] >= update.low:
            concerned += self.below.from_on(update.low)
        if above and above[0] <= update.high:
            concerned += self.above.up_to(update.high)
        if times and times[0] <= update.start:
            concerned += self.times.up_to(update.start)
        if ends and ends[0] <= update.end:
            concerned += self.ends.up_to(update.end)
        if least and least[-1] >= last:
            concerned += self.least.from_on(last)
        if most and most[0] <= last:
            concerned += self.most.up_to(last)
        return concerned

    def first_reached(self, bars: Sequence[MarketUpdate], place: int, until: int) -> int:
        """The place, up to `until`, of the first of some bars that may concern anybody, where each leaves its close."""
        below = self.below.points[-1] if self.below.points else ZERO
        above = self.above.points[0] if self.above.points else BOUND
        least = self.least.points[-1] if self.least.points else ZERO
        most = self.most.points[0] if self.most.points else BOUND
        start = self.times.points[0] if self.times.points else None
        end = self.ends.points[0] if self.ends.points else None
        for reached in range(place, until):
            bar, close = bars[reached], bars[reached].close
            if bar.low <= below or bar.high >= above or close <= least or close >= most:
                return reached
            if (start is not None and bar.start >= start) or (end is not None and bar.end >= end):
                return reached
        return until


NO_TRIGGERS = Triggers()


def _moved(
    ladder: Ladder[Point], subject: Subject, before: tuple[Point, ...], after: tuple[Point, ...]
) -> Ladder[Point]:
    for point in before:
        ladder = ladder.without(point, subject)
    for point in after:
        ladder = ladder.with_subject(point, subject)
    return ladder


def triggers_of(levels: list[tuple[Subject, Levels]]) -> Triggers:
    """The index of many at once, which come in the order of their names and ids."""
    return Triggers(
        _sorted([(point, subject) for subject, of in levels for point in of.below]),
        _sorted([(point, subject) for subject, of in levels for point in of.above]),
        _sorted([(point, subject) for subject, of in levels for point in of.times]),
        _sorted([(point, subject) for subject, of in levels for point in of.ends]),
        _sorted([(point, subject) for subject, of in levels for point in of.least]),
        _sorted([(point, subject) for subject, of in levels for point in of.most]),
    )


def _sorted(pairs: list[tuple[Point, Subject]]) -> Ladder[Point]:
    pairs.sort(key=itemgetter(0))
    return Ladder(tuple([point for point, _ in pairs]), tuple([subject for _, subject in pairs]))
