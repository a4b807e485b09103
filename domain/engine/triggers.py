"""Which positions and working signals of a symbol a bar or quote may concern: sorted by what it must reach.

The index only names candidates; the rules decide on them. One too many is harmless, a missing one the only fault.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar
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

    def moved(self, moves: Iterable[tuple[Subject, tuple[Point, ...], tuple[Point, ...]]]) -> "Ladder[Point]":
        """This where subjects, one after the other, have other points than before."""
        points, subjects = list(self.points), list(self.subjects)
        for subject, before, after in moves:
            for point in before:
                place = _place(points, subjects, point, subject)
                del points[place], subjects[place]
            for point in after:
                place = _place(points, subjects, point, subject)
                points.insert(place, point)
                subjects.insert(place, subject)
        return Ladder(tuple(points), tuple(subjects))

    def from_on(self, point: Point) -> tuple[Subject, ...]:
        """Those due at a point or above it."""
        return self.subjects[bisect_left(self.points, point) :]

    def up_to(self, point: Point) -> tuple[Subject, ...]:
        """Those due at a point or below it."""
        return self.subjects[: bisect_right(self.points, point)]


def _place(points: Sequence[Point], subjects: Sequence[Subject], point: Point, subject: Subject) -> int:
    first = bisect_left(points, point)
    if first == len(points) or points[first] != point:
        return first
    last = bisect_right(points, point, first)
    return bisect_left(subjects, _order(subject), first, last, key=_order)


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

Moved = tuple[Subject, Levels, Levels]
"""A subject, with the levels that it had and has."""


def levels_of(item: Position | Signal) -> Levels:
    """What makes an open position, or a working signal, a candidate."""
    return _of_signal(item) if isinstance(item, Signal) else _of_position(item)


def _of_position(position: Position) -> Levels:
    """Its stop, its next target, where its stop trails on, and when it expires (R21-R27), as far as it has them; and
    what a bar under way may still meet of what was before (R41)."""
    stops, targets = _known(position.stop), _known(next_target(position), trail_level(position))
    for earlier in position.plan.earlier or ():
        stops += _known(earlier.stop)
        targets += _known(earlier.target1, earlier.target2)
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


class Reach(NamedTuple):
    """A low at `below` or lower and a high at `above` or higher may concern somebody, a last price that is not between
    `least` and `most`, a start or an end at a time or later: no other bar or quote does."""

    below: Decimal
    above: Decimal
    least: Decimal
    most: Decimal
    start: datetime | None
    end: datetime | None

    def is_met_by(self, update: MarketUpdate, last: Decimal) -> bool:
        """Whether a bar or quote that leaves a last price may concern anybody: nearly none does."""
        below, above, least, most, start, end = self
        if update.low <= below or update.high >= above or not least < last < most:
            return True
        return (start is not None and update.start >= start) or (end is not None and update.end >= end)


@dataclass(frozen=True, slots=True)
class Triggers:
    """The index of a symbol."""

    below: Ladder[Decimal] = Ladder()
    above: Ladder[Decimal] = Ladder()
    times: Ladder[datetime] = Ladder()
    ends: Ladder[datetime] = Ladder()
    least: Ladder[Decimal] = Ladder()
    most: Ladder[Decimal] = Ladder()

    def moved(self, moves: Sequence[Moved]) -> "Triggers":
        """This where subjects, one after the other, have other levels than before."""
        return Triggers(
            _moved(self.below, [(who, was.below, now.below) for who, was, now in moves if was.below != now.below]),
            _moved(self.above, [(who, was.above, now.above) for who, was, now in moves if was.above != now.above]),
            _moved(self.times, [(who, was.times, now.times) for who, was, now in moves if was.times != now.times]),
            _moved(self.ends, [(who, was.ends, now.ends) for who, was, now in moves if was.ends != now.ends]),
            _moved(self.least, [(who, was.least, now.least) for who, was, now in moves if was.least != now.least]),
            _moved(self.most, [(who, was.most, now.most) for who, was, now in moves if was.most != now.most]),
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

    @property
    def reach(self) -> "Reach":
        """What a bar or quote must reach to concern anybody."""
        return Reach(
            self.below.points[-1] if self.below.points else ZERO,
            self.above.points[0] if self.above.points else BOUND,
            self.least.points[-1] if self.least.points else ZERO,
            self.most.points[0] if self.most.points else BOUND,
            self.times.points[0] if self.times.points else None,
            self.ends.points[0] if self.ends.points else None,
        )

    def first_reached(self, bars: Sequence[MarketUpdate], place: int, until: int) -> int:
        """The place, up to `until`, of the first of some bars that may concern anybody, where each leaves its close."""
        is_met_by = self.reach.is_met_by
        for reached in range(place, until):
            bar = bars[reached]
            if is_met_by(bar, bar.close):
                return reached
        return until


NO_TRIGGERS = Triggers()


def _moved(
    ladder: Ladder[Point], moves: Sequence[tuple[Subject, tuple[Point, ...], tuple[Point, ...]]]
) -> Ladder[Point]:
    return ladder.moved(moves) if moves else ladder


class LateTriggers:
    """The index of a symbol, and what has changed in it since: that is sorted into it once somebody asks.

    Signals follow each other without a bar or quote in between, and until one comes nobody has to be found.
    """

    __slots__ = ("_known", "_reach")

    def __init__(self, triggers: Triggers, waiting: "_Waiting | None" = None) -> None:
        self._known: tuple[Triggers, _Waiting | None] = triggers, waiting
        self._reach: Reach | None = None

    def moved(self, subject: Subject, before: Levels, after: Levels) -> "LateTriggers":
        """This where a subject has other levels than before."""
        triggers, waiting = self._known
        if waiting is not None and waiting.number == _MOST_WAITING:
            triggers, waiting = self.now, None
        number = 1 if waiting is None else waiting.number + 1
        return LateTriggers(triggers, _Waiting((subject, before, after), waiting, number))

    @property
    def now(self) -> Triggers:
        """The index as it is."""
        triggers, waiting = self._known
        if waiting is None:
            return triggers
        moves: list[Moved] = []
        while waiting is not None:
            moves.append(waiting.move)
            waiting = waiting.before
        moves.reverse()
        triggers = triggers.moved(moves)
        self._known = triggers, None
        return triggers

    @property
    def reach(self) -> Reach:
        """What a bar or quote must reach to concern anybody, worked out once."""
        if self._reach is None:
            self._reach = self.now.reach
        return self._reach


class _Waiting(NamedTuple):
    """A change that waits, the one before it, and which of them it is."""

    move: Moved
    before: "_Waiting | None"
    number: int


_MOST_WAITING = 64
NO_LATE_TRIGGERS = LateTriggers(NO_TRIGGERS)


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
