"""Statistics of trades, kept up to date with each trade, so that no report needs the history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import chain
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, or_, select

from api.persistence import tables
from api.persistence.direct_statements import fetch_values
from api.persistence.mappers import Values, record_from_row, values_of
from api.persistence.projections.projection import Projection
from api.persistence.projections.summary import Summary
from domain.analytics.stats import Dimension, TradeStats, stats_keys_of
from domain.engine.events import TradeEvent
from domain.portfolio.trade import Trade

Key = tuple[UUID, int, str, str]
"""Account, session, dimension and value: which trades are counted."""

_COLUMNS = ("account_id", "session", "dimension", "key")


_AT_ONCE = 24
_NAMES = [field.name for field in fields(TradeStats)]
_BY_KEYS = select(*(tables.trade_stats.c[name] for name in (*_COLUMNS, *_NAMES))).where(
    or_(
        *(
            and_(*(tables.trade_stats.c[name] == bindparam(f"{name}_{place}") for name in _COLUMNS))
            for place in range(_AT_ONCE)
        )
    )
)
_PARAMETERS = tuple(f"{name}_{place}" for place in range(_AT_ONCE) for name in _COLUMNS)


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
    """The statistics of these keys, asked for in pieces of one size, of which the last names one key again and again: a
    question of any other size is put together anew, which takes longer than to answer it."""
    stats: dict[Key, TradeStats] = {}
    for first in range(0, len(keys), _AT_ONCE):
        piece = keys[first : first + _AT_ONCE]
        named = chain.from_iterable([*piece, *[piece[-1]] * (_AT_ONCE - len(piece))])
        for row in fetch_values(connection, _BY_KEYS, _PARAMETERS, tuple(named)):
            account_id, session, dimension, key, *values = row
            stats[account_id, session, dimension, key] = TradeStats(**dict(zip(_NAMES, values, strict=True)))
    return stats
