"""Pages of lists are found by an index that holds their order: what they cost does not grow with what is stored."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection, Table, create_engine

from api.persistence import queries, tables
from api.persistence.columns import metadata
from domain.orders.signal import SignalStatus
from domain.portfolio.fill import FillReason
from domain.portfolio.history_filter import HistoryFilter, ListOrder
from domain.portfolio.position import PositionStatus

TIME = datetime(2024, 3, 4, tzinfo=UTC)
BY_HAND = HistoryFilter(exit_reasons=[FillReason.MANUAL])
SPAN = HistoryFilter(since=TIME, until=TIME)
CASES = [
    (tables.signals, HistoryFilter(), ListOrder.NEWEST, "account_id_session_seq"),
    (tables.signals, HistoryFilter(symbols=["AAPL"]), ListOrder.NEWEST, "account_id_session_symbol_seq"),
    (tables.signals, HistoryFilter(status=SignalStatus.REJECTED), ListOrder.NEWEST, "account_id_session_status_seq"),
    (tables.signals, HistoryFilter(campaign_id="spring"), ListOrder.NEWEST, "campaign"),
    (tables.signals, SPAN, ListOrder.NEWEST, "account_id_session_timestamp_seq"),
    (tables.positions, HistoryFilter(), ListOrder.OLDEST, "account_id_session_seq"),
    (tables.positions, HistoryFilter(symbols=["AAPL"]), ListOrder.NEWEST, "account_id_session_symbol_seq"),
    (tables.positions, HistoryFilter(status=PositionStatus.OPEN), ListOrder.NEWEST, "account_id_session_status_seq"),
    (tables.positions, HistoryFilter(campaign_id="spring"), ListOrder.OLDEST, "campaign"),
    (tables.positions, SPAN, ListOrder.NEWEST, "account_id_session_entry_time_seq"),
    (tables.positions, HistoryFilter(), ListOrder.BEST, "account_id_session_realized_pnl_seq"),
    (tables.trades, BY_HAND, ListOrder.NEWEST, "account_id_session_exit_reason_seq"),
    (tables.trades, HistoryFilter(campaign_id="spring"), ListOrder.NEWEST, "campaign"),
    (tables.trades, SPAN, ListOrder.OLDEST, "account_id_session_exit_time_seq"),
    (tables.trades, HistoryFilter(), ListOrder.WORST, "account_id_session_realized_pnl_seq"),
    (tables.trades, HistoryFilter(), ListOrder.SYMBOL, "account_id_session_symbol_seq"),
]


def plan_of(connection: Connection, statement: str, parameters: object) -> list[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
    return [row.detail for row in rows]


@pytest.mark.parametrize(("table", "history_filter", "order", "index"), CASES)
def test_a_page_is_found_in_its_order_by_an_index(
    table: Table, history_filter: HistoryFilter, order: ListOrder, index: str
) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    chosen = queries.SessionFilter(UUID(int=1), 1, history_filter, order)
    with engine.connect() as connection:
        query = queries._page(connection, table, chosen, None, 10)
        compiled = query.compile(engine, compile_kwargs={"render_postcompile": True})
        plan = plan_of(connection, compiled.string, tuple("1" for _ in compiled.positiontup or ()))
    [step] = plan
    assert step.startswith(f"SEARCH {table.name} USING INDEX ix_{table.name}_{index} (account_id=? AND session=?")
