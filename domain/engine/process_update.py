"""The way of a bar or quote through one account (R8): its open, a bar's inside, its close."""

from collections.abc import Set
from decimal import Decimal
from uuid import UUID

from domain.engine.context import DecisionContext
from domain.engine.entries import fill_working
from domain.engine.exits import end_signal, move_stop, take_exits
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.state import Market
from domain.market.update import MarketUpdate
from domain.matching.entry_rules import entry_at_open, entry_inside
from domain.matching.exit_rules import exits_at_open, exits_inside, may_exit
from domain.matching.trailing import best_since_entry
from domain.orders.signal import SignalStatus
from domain.portfolio.position import Position
from domain.portfolio.valuation import Markets


def process_update(context: DecisionContext, update: MarketUpdate, before: Market, closed: Markets) -> None:
    """Take an account through a bar or quote: all that a quote does it does at its open.

    The context's markets show its open as the last price; `closed`, its close. `before` is the symbol's market before
    it, whose volume stands in where it has none (R10).
    """
    volume = before.volume if isinstance(update, Quote) or update.volume is None else update.volume
    _at_open(context, update, volume)
    already_held = context.account.positions.of_symbol(update.symbol).keys()
    if isinstance(update, Bar):
        _inside(context, update, volume)
    context.markets = closed
    _trail(context, update, entered_inside=context.account.positions.of_symbol(update.symbol).keys() - already_held)


def _at_open(context: DecisionContext, update: MarketUpdate, volume: Decimal | None) -> None:
    for position in context.account.positions_in(update.symbol):
        if may_exit(position, update):
            _exit_at_open(context, position, update, volume)
    for signal in context.account.working_in(update.symbol):
        if signal.request.good_until is not None and update.start >= signal.request.good_until:
            end_signal(context, signal, SignalStatus.EXPIRED, update.start)
    for signal in context.account.working_in(update.symbol):
        if (entry := entry_at_open(signal, update, volume)) is not None:
            fill_working(context, signal, entry)


def _exit_at_open(context: DecisionContext, position: Position, update: MarketUpdate, volume: Decimal | None) -> None:
    """Exits at the open (R21); a stop that one of them moved to break-even counts for this bar already (R26)."""
    take_exits(context, position, exits_at_open(position, update), update.start, volume)
    left = context.account.positions.get(position.id)
    if left is not None and left.stop != position.stop:
        take_exits(context, left, exits_at_open(left, update), update.start, volume)


def _inside(context: DecisionContext, bar: Bar, volume: Decimal | None) -> None:
    policy = context.account.settings.intrabar
    for position in context.account.positions_in(bar.symbol):
        if may_exit(position, bar):
            take_exits(context, position, exits_inside(position, bar, policy), bar.end, volume)
    for signal in context.account.working_in(bar.symbol):
        if (entry := entry_inside(signal, bar, volume)) is not None:
            fill_working(context, signal, entry, inside=bar)


def _trail(context: DecisionContext, update: MarketUpdate, entered_inside: Set[UUID]) -> None:
    """Move trailing stops to where the best price takes them (R26)."""
    for position in context.account.positions_in(update.symbol):
        trailing, is_new = position.plan.trailing_stop, position.id in entered_inside
        best = best_since_entry(position, update, context.best_of(position), entered_inside=is_new)
        if trailing is None or best is None:
            continue
        context.note_extreme(position, best)
        if position.side.has_reached(best, trailing.activation):
            move_stop(context, position, best - position.side.sign * trailing.offset, update.end)
