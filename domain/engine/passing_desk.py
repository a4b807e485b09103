"""The desk while a batch of bars and quotes passes through it (R8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.engine.recent_groups import Group, Move, Stretch, move_of
from domain.engine.state import Desk
from domain.engine.triggers import Triggers
from domain.market.state import Market
from domain.market.update import MarketUpdate


class PassingDesk:
    """A desk, and what bars and quotes have made of markets since: laid over it at once when somebody is looked at."""

    __slots__ = ("_desk", "_end", "_groups", "_markets", "_newest")

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._newest = desk.recent.newest
        self._end: datetime | None = None
        self._markets: dict[str, Market] = {}
        self._groups: list[Group | Stretch] = []

    @property
    def desk(self) -> Desk:
        """The desk as it stands."""
        if self._end is not None and (self._markets or self._groups):
            self._desk = self._desk.with_updates(self._markets, self._end, self._groups)
            self._markets, self._groups = {}, []
        return self._desk

    @desk.setter
    def desk(self, desk: Desk) -> None:
        self._desk = desk

    def market(self, symbol: str) -> Market:
        """What is known of a symbol's market by now."""
        return self._markets.get(symbol) or self._desk.market(symbol)

    def triggers(self, symbol: str) -> Triggers | None:
        """Whom a symbol's bars and quotes may concern."""
        late = self._desk.triggers.get(symbol)
        return None if late is None else late.now

    def pass_market(self, symbol: str, market: Market, end: datetime) -> None:
        """A symbol's market is as a bar or quote left it that ended then."""
        self._markets[symbol] = market
        self._end = end

    def pass_by(self, updates: Sequence[MarketUpdate], place: int, moves: dict[str, Move]) -> int:
        """Let bars and quotes of one end move on their markets, as long as each moves its own forward and concerns
        nobody, and note what moved of what is watched. The place of the first that is left."""
        end, markets, desk = updates[place].end, self._markets, self._desk
        first = place
        for place in range(first, len(updates)):
            update = updates[place]
            symbol = update.symbol
            before = markets.get(symbol) or desk.market(symbol)
            if update.end != end or before.could_repeat(update):
                break
            after, late = before.passed(update), desk.triggers.get(symbol)
            if late is not None:
                assert after.last is not None  # noqa: S101 - a bar or quote makes one
                last = after.last.price
                if late.reach.is_met_by(update, last):
                    break
                moves[symbol] = move_of(moves.get(symbol), before, last, update.start)
            markets[symbol] = after
        else:
            place = len(updates)
        if place > first:
            self._end = end
        return place

    def add_group(self, end: datetime, moves: Mapping[str, Move]) -> None:
        """The bars and quotes of one end are complete."""
        self._newest += 1
        self._groups.append(Group(self._newest, end, moves))

    def add_stretch(self, bars: Sequence[MarketUpdate], before: Market) -> None:
        """Bars of a market's symbol have come, one after the other, each of which was a group of its own."""
        self._newest += len(bars)
        self._groups.append(Stretch.of(self._newest, before, bars))
