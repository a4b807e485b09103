"""What a filter selects of a session's rows, as conditions of a query."""

from collections.abc import Callable, Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Table

from domain.analytics.trade_filter import TradeFilter
from domain.portfolio.history_filter import HistoryFilter
from domain.validation import is_symbol, is_text

Condition = ColumnElement[bool]


def of_session(
    table: Table,
    account_id: UUID,
    session: int,
    criteria: HistoryFilter | TradeFilter,
    *others: tuple[object, Callable[[], Condition]],
) -> list[Condition]:
    """The conditions that rows of a session meet by a filter, and by others, each beside the value that calls for it.

    A value that is None calls for nothing: the table need not have its column.
    """
    columns = table.c
    wanted: list[tuple[object, Callable[[], Condition]]] = [
        (criteria.symbols, lambda: columns.symbol.in_(storable(criteria.symbols or (), is_symbol))),
        (criteria.campaign_id, lambda: columns.campaign_id.in_(storable([criteria.campaign_id or ""], is_text))),
        *others,
    ]
    conditions = [columns.account_id == account_id, columns.session == session]
    return conditions + [condition() for value, condition in wanted if value is not None]


def storable(wanted: Collection[str], is_storable: Callable[[str], bool]) -> list[str]:
    """What of it can be there at all: PostgreSQL refuses even to look for some texts."""
    return [text for text in wanted if is_storable(text)]
