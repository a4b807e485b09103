"""Close all that an account has open, or what is open of one symbol (R27)."""

from uuid import UUID

from domain.engine.closing import in_signals_order
from domain.engine.commands import CloseAll, Times
from domain.engine.context import DecisionContext
from domain.engine.decide.close_position import close_priced
from domain.engine.observe import observe_fills
from domain.orders.timing import require_not_ahead, require_not_late
from domain.portfolio.position import Position
from domain.refusals import ErrorCode, refuse


def close_all(context: DecisionContext, command: CloseAll, times: Times) -> tuple[UUID, ...]:
    """Close the positions in the order of their signals, all of them or none (R27).

    Returns their ids. Raises Refused where there is nothing to close, or the command is late for one of them.
    """
    positions = _named(context, command)
    if command.timestamp is not None:
        require_not_ahead(command.timestamp, times.recorded_at)
        for symbol in dict.fromkeys(position.symbol for position in positions):
            require_not_late(context.market(symbol), command.timestamp, context.account.settings.max_price_age)
    for position in positions:
        close_priced(context, position, position.open_quantity, command, times)
    observe_fills(context)
    return tuple(position.id for position in positions)


def _named(context: DecisionContext, command: CloseAll) -> list[Position]:
    held, symbol = context.account.positions, command.symbol
    positions = in_signals_order(held.values() if symbol is None else held.of_symbol(symbol).values())
    if not positions:
        of, field = ("", None) if symbol is None else (f" in {symbol}", "symbol")
        raise refuse(ErrorCode.NOTHING_TO_CLOSE, f"account {command.account} has nothing open{of} (R27)", field=field)
    return positions
