"""The bars and quotes that came last, group by group: what is observed of them is worked out when it is asked for."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from domain.market.state import Market
from domain.market.update import MarketUpdate
from domain.money import units_of
from domain.records import dataclass


class Move(NamedTuple):
    """What a group made of a symbol: its last price before, if it had any, and after, in counts of 0.00000001; the
    number of its last update before; and the latest start of its bars and quotes."""

    before: int | None
    updates: int
    price: int
    start: datetime

    def on_to(self, price: int, start: datetime) -> "Move":
        """This with another bar or quote of the group, which started then."""
        return Move(self.before, self.updates, price, max(self.start, start))


def known_of(market: Market) -> tuple[int | None, int]:
    """The last price of a market, if it has any, in counts of 0.00000001, and the number of its last update."""
    return None if market.last is None else units_of(market.last.price), market.updates


def move_of(known: Move | None, before: Market, last: Decimal, start: datetime) -> Move:
    """What a bar or quote that started then, and leaves a last price, makes of a symbol of which its group has made
    something before, or not."""
    price = units_of(last)
    return Move(*known_of(before), price, start) if known is None else known.on_to(price, start)


class Group(NamedTuple):
    """The bars and quotes of one end in a batch, as far as anybody holds their symbols (R37)."""

    number: int
    end: datetime
    moves: Mapping[str, Move]

    @property
    def size(self) -> int:
        """It is one group."""
        return 1


class Stretch(NamedTuple):
    """Groups, one after the other, each of which is one bar of the same symbol: column by column.

    `number` is that of the last group. `before` is the symbol's last price before, if it had any, and `updates` the
    number of its last update; those of the bars rise from `first_update`.
    """

    number: int
    symbol: str
    before: int | None
    updates: int
    first_update: int
    prices: Sequence[int]
    starts: Sequence[datetime]
    ends: Sequence[datetime]

    @classmethod
    def of(cls, number: int, market: Market, bars: Sequence[MarketUpdate]) -> "Stretch":
        """The groups of bars, each of which follows the one before it, from a market on; `number` is the last one's."""
        prices = [units_of(bar.close) for bar in bars]
        starts, ends = [bar.start for bar in bars], [bar.end for bar in bars]
        return cls(number, market.symbol, *known_of(market), market.newest_number + 1, prices, starts, ends)

    @property
    def size(self) -> int:
        """How many groups it is."""
        return len(self.prices)

    def last(self, count: int) -> "Stretch":
        """Without all but the last so many groups, which are some of them and not all."""
        first = len(self.prices) - count
        number, symbol, _, _, first_update, prices, starts, ends = self
        next_update, columns = first_update + first, (prices[first:], starts[first:], ends[first:])
        return Stretch(number, symbol, prices[first - 1], next_update - 1, next_update, *columns)


@dataclass(frozen=True, slots=True)
class RecentGroups:
    """The last groups, in their order; `newest` is the number of the last one, and there is none of number 0.

    `turned` is the number of the last one up to which accounts have had their turns to be looked at.
    """

    newest: int = 0
    groups: tuple[Group | Stretch, ...] = field(default=())
    turned: int = 0

    def with_groups(self, groups: Sequence[Group | Stretch]) -> "RecentGroups":
        """These and the next ones."""
        return RecentGroups(groups[-1].number, (*self.groups, *groups), self.turned) if groups else self

    def after(self, number: int) -> tuple[Group | Stretch, ...]:
        """The groups that came after one of a number."""
        if self.newest - number > self.count:
            raise ValueError(f"the groups after {number} are not kept")
        return self._after(number)

    def last(self, count: int) -> "RecentGroups":
        """Without all but the last of them."""
        return self if self.count <= count else RecentGroups(self.newest, self._after(self.newest - count), self.turned)

    @property
    def count(self) -> int:
        """How many groups are kept."""
        return self.newest - self.groups[0].number + self.groups[0].size if self.groups else 0

    def _after(self, number: int) -> tuple[Group | Stretch, ...]:
        place = bisect_right(self.groups, number, key=_NUMBER)
        groups = self.groups[place:]
        if groups and isinstance(stretch := groups[0], Stretch) and stretch.number - number < stretch.size:
            return (stretch.last(stretch.number - number), *groups[1:])
        return groups


_NUMBER = attrgetter("number")
