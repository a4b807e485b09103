"""Statistics of trades, kept up to date with each trade, so that no report needs the history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, tuple_

from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.mappers import Values, record_from_row, values_of
from api.persistence.projections.projection import Projection
from api.persistence.projections.summary import Summary
from domain.analytics.stats import Dimension, TradeStats, stats_keys_of
from domain.engine.events import TradeEvent
from domain.portfolio.trade import Trade

Key = tuple[UUID, int, str, str]
"""Account, session, dimension and value: which trades are counted."""

_COLUMNS = ("account_id", "session", "dimension", "key")


_KEY: Any = tuple_(*(tables.trade_stats.c[name] for name in _COLUMNS))
_BY_KEY = select(tables.trade_stats).where(_KEY.in_(bindparam("keys", expanding=True)))


def keys_of(trade: Trade) -> list[Key]:
    """The statistics that a trade counts in."""
    return [(trade.account_id, trade.session, dimension.value, key) for dimension, key in stats_keys_of(trade)]


@dataclass(frozen=True, slots=True)
class _StatsOfHistory:
    stats: dict[Key, TradeStats] = field(default_factory=dict)

    def add(self, subject: TradeEvent) -> None:
        _count(self.stats, subject.trade)

    def rows(self, _: Connection) -> Iterator[Values]:
        for key, stats in self.stats.items():
            yield trade_stats_values(key, stats)


@dataclass(frozen=True, slots=True)
class _StatsOfGroup:
    trades: list[Trade] = field(default_factory=list)

    def add(self, subject: TradeEvent) -> None:
        self.trades.append(subject.trade)

    def rows(self, connection: Connection) -> Iterator[Values]:
        return with_trades(connection, self.trades)


TRADE_STATS = Summary(Projection(tables.trade_stats), TradeEvent, _StatsOfGroup, _StatsOfHistory)


def with_trades(connection: Connection, trades: Sequence[Trade]) -> Iterator[Values]:
    """The rows of statistics as they are with these new trades."""
    stats_by_key = _stored(connection, sorted({key for trade in trades for key in keys_of(trade)}))
    for trade in trades:
        _count(stats_by_key, trade)
    for key, stats in stats_by_key.items():
        yield trade_stats_values(key, stats)


def _count(stats_by_key: dict[Key, TradeStats], trade: Trade) -> None:
    for key in keys_of(trade):
        stats_by_key[key] = stats_by_key.get(key, TradeStats()).with_trade(trade)


def trade_stats_values(key: Key, stats: TradeStats) -> Values:
    """The row of the statistics of some trades."""
    return {**dict(zip(_COLUMNS, key, strict=True)), **values_of(stats, tables.trade_stats)}


def load_trade_stats(
    connection: Connection, account_id: UUID, session: int, dimensions: Sequence[Dimension]
) -> dict[tuple[Dimension, str], TradeStats]:
    """A session's statistics of some dimensions."""
    columns = tables.trade_stats.c
    query = select(tables.trade_stats).where(
        columns.account_id == account_id,
        columns.session == session,
        columns.dimension.in_([dimension.value for dimension in dimensions]),
    )
    rows = connection.execute(query)
    return {(Dimension(row.dimension), row.key): record_from_row(TradeStats, row) for row in rows}


def _stored(connection: Connection, keys: Sequence[Key]) -> dict[Key, TradeStats]:
    """The statistics of these keys, asked for in pieces: a bar may close more trades than one question can name."""
    stats: dict[Key, TradeStats] = {}
    for chunk in chunks(keys):
        rows = connection.execute(_BY_KEY, {"keys": chunk})
        stats |= {
            (row.account_id, row.session, row.dimension, row.key): record_from_row(TradeStats, row) for row in rows
        }
    return stats
