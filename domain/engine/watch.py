"""Watching an account's equity without looking at each bar (R34, R37).

An account is looked at when it trades, and when a price leaves the band in which nothing can happen to it. What was
observed in between is worked out then, from the groups of bars that have come since.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime
from decimal import Decimal

from domain.engine.bands import NO_BANDS, Bands
from domain.engine.observer import CurveGrowth, ObservedEquity, Observer
from domain.engine.recent_groups import Group, Move, RecentGroups, Stretch, known_of
from domain.market.state import market_of
from domain.money import amount_of, fine_units_of, nearest_units, units_of
from domain.portfolio.account import Account
from domain.portfolio.exposure import Exposure
from domain.portfolio.hour import Hour
from domain.portfolio.session import Session
from domain.portfolio.valuation import Markets
from domain.portfolio.watermarks import EquityWatermarks
from domain.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of an account's equity up to a group of bars, by its number.

    `worth` is what is open then, longs less shorts, unrounded: a count of the smallest amount squared.
    """

    observed: ObservedEquity
    groups: int
    worth: int
    bands: Bands = NO_BANDS

    @classmethod
    def start(cls, session: Session, groups: int) -> "Watch":
        """The watch of a session that begins, with nothing open."""
        return cls(ObservedEquity.of(EquityWatermarks.start(session.starting_capital), None), groups, 0)

    @property
    def watermarks(self) -> EquityWatermarks:
        """What follows from the equity observed so far."""
        return self.observed.watermarks

    @property
    def hour(self) -> Hour | None:
        """The last hour of the curve."""
        return self.observed.hour

    def resumed(self, equity: Decimal) -> "Watch":
        """This watch when a halt is lifted (R34)."""
        observer = Observer(self.observed)
        observer.resume(equity)
        return replace(self, observed=observer.observed)

    def with_point(self, time: datetime, day: date, equity: int) -> tuple["Watch", CurveGrowth]:
        """This watch with one more point."""
        observer = Observer(self.observed)
        observer.observe(time, day, equity)
        return replace(self, observed=observer.observed), observer.growth


@dataclass(frozen=True, slots=True)
class EndedSession:
    """An account as it stood when a session of it ended, and what was known of its equity."""

    account: Account
    watch: Watch


@dataclass(frozen=True, slots=True)
class RedecidedCurve:
    """What a session's equity, and its whole curve, are without market data that was retracted (R7)."""

    account: Account
    watch: Watch
    growth: CurveGrowth


def equity_of(account: Account, worth: int) -> int:
    """Cash + what is open, summed exactly and rounded once (R29), in counts of the smallest amount."""
    return units_of(account.totals.cash) + nearest_units(worth)


def worth_of(account: Account, markets: Markets) -> int:
    """What is open at the markets' last prices, unrounded."""
    exposures = account.positions.exposures.items()
    return sum(contribution(exposure, *known_of(market_of(markets, symbol))) for symbol, exposure in exposures)


def contribution(exposure: Exposure | None, price: int | None, updates: int) -> int:
    """What is open of a symbol, longs less shorts, unrounded, at a last price after so many updates of its market."""
    if exposure is None:
        return 0
    if exposure.overridden or price is None:
        return fine_units_of(exposure.worth_at(None if price is None else amount_of(price), updates).net)
    return exposure.net_units * price


def worth_after(
    worth: int, before: Account, after: Account, traded: Set[str], moves: Mapping[str, Move], markets: Markets
) -> int:
    """What is open once an account has come from `before` to `after`, and traded some symbols on the way, and prices
    have moved to those of the markets."""
    was, is_now = before.positions.exposures, after.positions.exposures
    for symbol in traded | (moves.keys() & was.keys()):
        known, move = known_of(market_of(markets, symbol)), moves.get(symbol)
        known_before = (move.before, move.updates) if move else known
        worth += contribution(is_now.get(symbol), *known) - contribution(was.get(symbol), *known_before)
    return worth


def caught_up(account: Account, watch: Watch, recent: RecentGroups) -> tuple[Watch, CurveGrowth]:
    """A watch with what was observed since, while the account held what it holds."""
    if watch.groups == recent.newest:
        return watch, CurveGrowth()
    if not account.positions.exposures:
        return replace(watch, groups=recent.newest), CurveGrowth()
    observer = Observer(watch.observed)
    worth = observe_since(observer, account, watch, recent)
    known = Watch(observer.observed, recent.newest, worth, watch.bands)
    return known, observer.growth


def observe_since(observer: Observer, account: Account, watch: Watch, recent: RecentGroups) -> int:
    """Observe what came since, while the account held what it holds; what it has open then, unrounded."""
    worth, cash = watch.worth, units_of(account.totals.cash)
    if watch.groups != recent.newest and account.positions.exposures:
        seen = observations(account, worth, recent.after(watch.groups))
        observer.observe_all(seen.times, seen.days, [cash + nearest_units(worth) for worth in seen.worths])
        worth = seen.worth
    return worth


def observations(account: Account, worth: int, groups: Sequence[Group | Stretch]) -> "Observations":
    """How an account that trades nothing is observed through groups of bars, from what it has open before them."""
    seen = Observations(account, worth)
    plain = [group for group in groups if isinstance(group, Group)]
    if len(account.positions.exposures) == 1 and len(plain) == len(groups):
        seen.see_only_held(plain)
        return seen
    for group in groups:
        if isinstance(group, Stretch):
            seen.see_stretch(group)
        else:
            seen.see(group)
    return seen


class Observations:
    """When an account that trades nothing is observed, on which days, and what it has open then, unrounded.

    `worth` is what it has open now.
    """

    __slots__ = ("_exposures", "_held", "_known", "_zone", "days", "times", "worth", "worths")

    def __init__(self, account: Account, worth: int) -> None:
        self.worth = worth
        self.times: list[datetime] = []
        self.days: list[date] = []
        self.worths: list[int] = []
        self._exposures = account.positions.exposures
        self._held = {symbol: exposure.net_units for symbol, exposure in self._exposures.items()}
        self._known: dict[str, int] = {}
        self._zone = account.session.zone

    def see(self, group: Group) -> None:
        """Go through a group."""
        latest: datetime | None = None
        for symbol, net in self._held.items():
            move = group.moves.get(symbol)
            if move is None:
                continue
            before, updates, price, start = move
            self.worth += net * price - self._worth_of(symbol, net, before, updates)
            self._known[symbol] = price
            latest = start if latest is None or start > latest else latest
        if latest is not None:
            self.times.append(group.end)
            self.days.append(self._zone.day_of(latest))
            self.worths.append(self.worth)

    def see_only_held(self, groups: Sequence[Group]) -> None:
        """Go through groups by the one symbol that is held, column by column: in little more than half the time."""
        [symbol] = self._held
        moved = [(group.end, move) for group in groups if (move := group.moves.get(symbol)) is not None]
        if moved:
            ends, moves = zip(*moved, strict=True)
            days = [self._zone.day_of(move.start) for move in moves]
            self._see_column(symbol, moves[0].before, moves[0].updates, ends, days, [move.price for move in moves])

    def see_stretch(self, stretch: Stretch) -> None:
        """Go through a stretch of groups."""
        _, symbol, before, updates, _, prices, starts, ends = stretch
        if symbol in self._held:
            self._see_column(symbol, before, updates, ends, self._zone.days_of(starts), prices)

    def _see_column(
        self,
        symbol: str,
        before: int | None,
        updates: int,
        ends: Sequence[datetime],
        days: Sequence[date],
        prices: Sequence[int],
    ) -> None:
        """A symbol has moved, and nothing else that is held; `before` and `updates` are of before the first price."""
        net = self._held[symbol]
        others = self.worth - self._worth_of(symbol, net, before, updates)
        self.times += ends
        self.days += days
        self.worths += [others + net * price for price in prices]
        self.worth, self._known[symbol] = self.worths[-1], prices[-1]

    def _worth_of(self, symbol: str, net: int, before: int | None, updates: int) -> int:
        """What is open of a symbol by now; where it has not moved yet, at its last price before."""
        known = self._known.get(symbol)
        return contribution(self._exposures[symbol], before, updates) if known is None else net * known
