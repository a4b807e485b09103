"""The way of a bar or quote through one account (R8): its open, a bar's inside, its close."""

from collections.abc import Iterable, Set
from decimal import Decimal
from uuid import UUID

from domain.engine.context import DecisionContext
from domain.engine.entries import fill_working
from domain.engine.exits import end_signal, move_stop, take_exits
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.state import Market
from domain.market.update import MarketUpdate
from domain.matching.entry_rules import entry_at_close, entry_at_open, entry_inside
from domain.matching.exit_rules import can_take_out, exits_at_open, exits_inside
from domain.matching.trailing import trailed_stop
from domain.orders.signal import Signal, SignalStatus
from domain.portfolio.position import Position
from domain.portfolio.valuation import Markets


def process_update(
    context: DecisionContext, update: MarketUpdate, before: Market, closed: Markets, candidates: Set[UUID]
) -> None:
    """Take an account through a bar or quote: all that a quote does it does at its open.

    The context's markets show its open as the last price; `closed`, its close. `before` is the symbol's market before
    it, whose volume stands in where it has none (R10). Of positions and signals none but the candidates is concerned.
    """
    volume = before.volume if isinstance(update, Quote) or update.volume is None else update.volume
    _at_open(context, update, volume, candidates)
    opened = context.opened_positions()
    if isinstance(update, Bar):
        _inside(context, update, volume, candidates | opened)
    context.markets = closed
    entered_inside = context.opened_positions() - opened
    _trail(context, update, candidates | opened | entered_inside, entered_inside)
    if isinstance(update, Bar):
        _at_close(context, update, volume, candidates)


def _at_open(
    context: DecisionContext, update: MarketUpdate, volume: Decimal | None, candidates: Iterable[UUID]
) -> None:
    for position in context.positions_among(update.symbol, candidates):
        if can_take_out(position, update):
            _exit_at_open(context, position, update, volume)
    for signal in _waiting(context, update.symbol, candidates):
        if signal.request.good_until is not None and update.start >= signal.request.good_until:
            end_signal(context, signal, SignalStatus.EXPIRED, update.start)
    for signal in _waiting(context, update.symbol, candidates):
        as_of = signal.as_of(update.start)
        if (entry := entry_at_open(as_of, update, volume)) is not None:
            fill_working(context, as_of, entry)


def _exit_at_open(context: DecisionContext, position: Position, update: MarketUpdate, volume: Decimal | None) -> None:
    """Exits at the open (R21); a stop that one of them moved to break-even counts for this bar already (R26)."""
    exits = exits_at_open(position.as_of(update.start), update)
    if not exits:
        return
    take_exits(context, position, exits, update.start, volume)
    left = context.account.positions.get(position.id)
    if left is not None and left.stop != position.stop:
        take_exits(context, left, exits_at_open(left.as_of(update.start), update), update.start, volume)


def _inside(context: DecisionContext, bar: Bar, volume: Decimal | None, concerned: Iterable[UUID]) -> None:
    policy, limit_fill = context.account.settings.intrabar, context.account.settings.limit_fill
    for position in context.positions_among(bar.symbol, concerned):
        if can_take_out(position, bar):
            exits = exits_inside(position.as_of(bar.start), bar, policy, limit_fill)
            take_exits(context, position, exits, bar.end, volume)
    for signal in _waiting(context, bar.symbol, concerned):
        asked = signal.as_of(bar.start)
        if (entry := entry_inside(asked, bar, volume, limit_fill)) is not None:
            fill_working(context, asked, entry, inside=bar)


def _at_close(context: DecisionContext, bar: Bar, volume: Decimal | None, candidates: Iterable[UUID]) -> None:
    for signal in _waiting(context, bar.symbol, candidates):
        asked = signal.as_of(bar.start)
        if (entry := entry_at_close(asked, bar, volume)) is not None:
            fill_working(context, asked, entry)


def _trail(
    context: DecisionContext, update: MarketUpdate, concerned: Iterable[UUID], entered_inside: Set[UUID]
) -> None:
    """Move trailing stops to where the bar takes them (R26)."""
    for position in context.positions_among(update.symbol, concerned):
        stop = trailed_stop(position, update, entered_inside=position.id in entered_inside)
        if stop is not None:
            move_stop(context, position, stop, update.end)


def _waiting(context: DecisionContext, symbol: str, among: Iterable[UUID]) -> list[Signal]:
    """The working signals of a symbol among some, in the order they were accepted (R8)."""
    working = context.account.working.of_symbol(symbol)
    if not working:
        return []
    return sorted((working[key] for key in among if key in working), key=lambda signal: signal.number)
