"""What a filter selects of a session's rows, as conditions of a query."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, false

from domain.analytics.trade_filter import TradeFilter
from domain.portfolio.history_filter import HistoryFilter
from domain.validation import is_text

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
        (criteria.symbols, lambda: columns.symbol.in_(criteria.symbols or ())),
        (criteria.campaign_id, lambda: _is_text(columns.campaign_id, criteria.campaign_id or "")),
        *others,
    ]
    conditions = [columns.account_id == account_id, columns.session == session]
    return conditions + [condition() for value, condition in wanted if value is not None]


def _is_text(column: Column[Any], wanted: str) -> Condition:
    """Whether a column has a text: PostgreSQL refuses even to look for some that can be in none."""
    return column == wanted if is_text(wanted) else false()
