"""The bars and quotes that came last, group by group: what is observed of them is worked out when it is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
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


def moves_of(before: Market, bars: Sequence[MarketUpdate]) -> Iterable[Move]:
    """What bars made of a market, each of which follows the one before it."""
    last, updates = known_of(before)
    prices = [units_of(bar.close) for bar in bars]
    numbers = [updates, *range(before.newest_number + 1, before.newest_number + len(bars))]
    return map(Move, [last, *prices], numbers, prices, [bar.start for bar in bars])


class Group(NamedTuple):
    """The bars and quotes of one end in a batch, as far as anybody holds their symbols (R37)."""

    number: int
    end: datetime
    moves: Mapping[str, Move]


@dataclass(frozen=True, slots=True)
class RecentGroups:
    """The last groups, in their order; `newest` is the number of the last one, and there is none of number 0.

    `turned` is the number of the last one up to which accounts have had their turns to be looked at.
    """

    newest: int = 0
    groups: tuple[Group, ...] = field(default=())
    turned: int = 0

    def with_groups(self, groups: Sequence[Group]) -> "RecentGroups":
        """These and the next ones."""
        return RecentGroups(groups[-1].number, (*self.groups, *groups), self.turned) if groups else self

    def after(self, number: int) -> tuple[Group, ...]:
        """The groups that came after one of a number."""
        count = self.newest - number
        if count > len(self.groups):
            raise ValueError(f"the groups after {number} are not kept")
        return self.groups[len(self.groups) - count :] if count else ()

    def last(self, count: int) -> "RecentGroups":
        """Without all but the last of them."""
        first = len(self.groups) - count
        return self if first <= 0 else RecentGroups(self.newest, self.groups[first:], self.turned)
