"""Markets as they stand: by the last bar and the last quote of each symbol that count."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, true

from api.persistence import tables
from api.persistence.chunks import chunks
from domain.instruments import AssetClass
from domain.market.state import Mark, Market

_bars, _quotes, _markets = tables.bars.c, tables.quotes.c, tables.markets.c


@dataclass(frozen=True, slots=True)
class StoredMarket:
    """A symbol's market, and the ordinal of the command that its last bar or quote came with; 0 if there is none."""

    market: Market
    command: int


def load_markets(connection: Connection, symbols: Collection[str] | None = None) -> list[Market]:
    """The markets of some symbols, or of all, as far as they are known, by symbol."""
    return [stored.market for stored in stored_markets(connection, symbols)]


def stored_markets(connection: Connection, symbols: Collection[str] | None = None) -> list[StoredMarket]:
    """The markets of some symbols, or of all, as far as they are known, by symbol."""
    known = [row for part in _parts(symbols) for row in connection.execute(_ENDS.where(part))]
    bars = _by_ordinal(connection, _LAST_BARS, _bars.ordinal, [row.bar for row in known])
    quotes = _by_ordinal(connection, _LAST_QUOTES, _quotes.ordinal, [row.quote for row in known])
    gone = _retracted_numbers(connection)
    stored = [_stored(row, bars.get(row.bar), quotes.get(row.quote), gone.get(row.symbol, 0)) for row in known]
    return sorted(stored, key=lambda one: one.market.symbol)


def _bar_of(column: ColumnElement[Any], place: int) -> Any:
    """A column of a market's last bar, or of one before it."""
    newest = select(column).where(_bars.symbol == _markets.symbol, tables.IS_NOT_RETRACTED)
    return newest.order_by(_bars.start.desc()).limit(1).offset(place).scalar_subquery()


_ENDS = select(
    tables.markets,
    _bar_of(_bars.ordinal, 0).label("bar"),
    _bar_of(_bars.end, 1).label("end_before"),
    select(_quotes.ordinal)
    .where(_quotes.symbol == _markets.symbol, tables.IS_NOT_RETRACTED)
    .order_by(_quotes.time.desc(), _quotes.ordinal.desc())
    .limit(1)
    .scalar_subquery()
    .label("quote"),
)
"""Where the last bar and the last quote of each symbol stand: of each, a later one in history is a later one in time
(R7)."""
_LAST_BARS = select(tables.bars, _bars.end.label("time"), _bars.close.label("price"))
_LAST_QUOTES = select(tables.quotes)


def _parts(symbols: Collection[str] | None) -> Iterator[ColumnElement[bool]]:
    if symbols is None:
        yield true()
        return
    for chunk in chunks(sorted(set(symbols))):
        yield _markets.symbol.in_(chunk)


def _by_ordinal(
    connection: Connection, query: Any, ordinal: ColumnElement[int], ordinals: Collection[int | None]
) -> dict[int | None, Row[Any]]:
    found: dict[int | None, Row[Any]] = {}
    for chunk in chunks([known for known in ordinals if known is not None]):
        found |= {row.ordinal: row for row in connection.execute(query.where(ordinal.in_(chunk)))}
    return found


def _retracted_numbers(connection: Connection) -> dict[str, int]:
    """The last number of each symbol that was given to something that was retracted later."""
    numbers: dict[str, int] = {}
    for columns in (_bars, _quotes):
        query = select(columns.symbol, func.max(columns.number)).where(tables.IS_RETRACTED).group_by(columns.symbol)
        for symbol, number in connection.execute(query):
            numbers[symbol] = max(number, numbers.get(symbol, 0))
    return numbers


def _stored(known: Row[Any], bar: Row[Any] | None, quote: Row[Any] | None, gone: int) -> StoredMarket:
    newest = [row for row in (bar, quote) if row is not None]
    last = max(newest, key=lambda row: (row.time, row.ordinal), default=None)
    number = max((row.number for row in newest), default=0)
    market = Market(
        symbol=known.symbol,
        asset_class=None if known.asset_class is None else AssetClass(known.asset_class),
        last=None if last is None else Mark(last.price, last.time),
        bar_end=None if bar is None else bar.end,
        volume=None if bar is None else bar.volume,
        updates=number,
        retracted=max(gone - number, 0),
        bar_close=None if bar is None else bar.close,
        end_before=known.end_before,
    )
    return StoredMarket(market, max((row.batch for row in newest), default=0))
