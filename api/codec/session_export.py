"""The file that `papertape export session` writes, JSON Lines: how its lines are written, and read back.

The first line is the header: the account as its session began, the markets of the symbols that it signalled, and the
`head` of the record that holds all of this, for `papertape verify --expect`. Then comes, in recorded order, all that
was applied to the session: `command` and `input` are a mutation's name and input, with `clock` as what the desk took
for a missing timestamp. Only market data of symbols that the session signalled is there: no other can touch it, as its
interest in a symbol begins with a signal, and points of its curve come from bars of symbols that it held. What another
account did to such a symbol, it did by fixing the symbol's asset class. Market data that was retracted is counted, and
left out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from api.codec.command_inputs import as_object, command_of, kind_of, list_in, object_in, updates_of
from api.codec.commands import MARKET_DATA_LISTS, CommandKind
from api.codec.ids import account_id
from api.codec.inputs import BadInput, Given, changes_of, read_as, record_from_json
from api.codec.json_codec import plain_data
from domain.calendar import UTC_ZONE, Zone
from domain.engine.commands import AccountCommand, Ingest, Times
from domain.engine.evolve import begun
from domain.instruments import AssetClass
from domain.market.state import Mark, Market
from domain.notation import Volume
from domain.portfolio.account import Account
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings

FORMAT = "papertape-session"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Header:
    """An account as its session began: `seq` counts its journal's lines by then, `signals` those it had decided."""

    account: str
    session: int
    starting_capital: Decimal
    settings: Settings
    enabled: bool
    started_at: datetime
    seq: int
    signals: int
    markets: Sequence[Market] = ()
    zone: Zone = UTC_ZONE

    def begun(self) -> Account:
        """The account at the session's start."""
        session = Session(self.session, self.starting_capital, self.started_at, zone=self.zone)
        return begun(
            account_id(self.account),
            self.account,
            self.settings,
            session.switched_on(self.started_at) if self.enabled else session,
            seq=self.seq,
            signal_count=self.signals,
        )


@dataclass(frozen=True, slots=True)
class AssetClassFixed:
    """A symbol's asset class was fixed by another account's signal (R6)."""

    symbol: str
    asset_class: AssetClass


@dataclass(frozen=True, slots=True)
class Retracted:
    """So many bars or quotes of a symbol were applied here, and retracted later (R7)."""

    symbol: str
    count: int


@dataclass(frozen=True, slots=True)
class ExportedCommand:
    """A command of the session, or market data, and when it was decided."""

    command: AccountCommand | Ingest
    times: Times


def header_line(header: Header, head: str) -> str:
    """The first line, with the head of the record."""
    shown = {"head": head} | plain_data(header) | {"markets": [written_market(market) for market in header.markets]}
    return _line({"format": FORMAT, "version": VERSION, **shown})


def command_line(kind: CommandKind, times: Times, content: object) -> str:
    """The line of a command."""
    clock, recorded_at = plain_data(times.clock), plain_data(times.recorded_at)
    return _line({"command": kind.value, "clock": clock, "recordedAt": recorded_at, "input": content})


def fixed_line(fixed: AssetClassFixed) -> str:
    """The line that says that another account fixed a symbol's asset class."""
    return _line({"assetClassFixed": plain_data(fixed)})


def retracted_line(retracted: Retracted) -> str:
    """The line that says that market data which stood here was retracted."""
    return _line({"retracted": plain_data(retracted)})


def written_market(market: Market) -> dict[str, Any]:
    """A symbol's market."""
    last = market.last
    flat = {
        "symbol": market.symbol,
        "assetClass": market.asset_class,
        "lastPrice": None if last is None else last.price,
        "lastTime": None if last is None else last.time,
        "barEnd": market.bar_end,
        "volume": market.volume,
        "updates": market.updates,
        "retracted": market.retracted or None,
        "barClose": market.bar_close,
        "endBefore": market.end_before,
    }
    return {name: plain_data(value) for name, value in flat.items() if value is not None}


def header_of(given: Given) -> Header:
    """The header that the first line holds. Raises BadInput, and Invalid."""
    if given.get("format") != FORMAT:
        raise BadInput(f"not the export of a session: its first line must be its header, with format {FORMAT}")
    if given.get("version") != VERSION:
        raise BadInput(f"the export has version {given.get('version')}; this Papertape reads version {VERSION}")
    markets = list_in(given, "markets")
    flat = {key: value for key, value in given.items() if key in _HEADER}
    settings = Settings().changed(changes_of(object_in(given, "settings")))
    return Header(
        **{name: read_as(kind, key, flat.get(key)) for key, (name, kind) in _HEADER.items()},
        settings=settings,
        markets=[_market(market) for market in markets],
        zone=_zone(given),
    )


def _zone(given: Given) -> Zone:
    if "zone" not in given:
        return UTC_ZONE
    flat = object_in(given, "zone")
    changes = [_pair(change) for change in list_in(flat, "changes")]
    return Zone(read_as(str, "name", flat.get("name")), read_as(int, "first", flat.get("first")), tuple(changes))


def _pair(value: object) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadInput("changes must be pairs of a moment and an offset, in seconds")
    moment, offset = (read_as(int, "changes", number) for number in value)
    return moment, offset


_HEADER: Mapping[str, tuple[str, Any]] = {
    "account": ("account", str),
    "session": ("session", int),
    "startingCapital": ("starting_capital", Decimal),
    "enabled": ("enabled", bool),
    "startedAt": ("started_at", datetime),
    "seq": ("seq", int),
    "signals": ("signals", int),
}


@dataclass(frozen=True, slots=True)
class _WrittenMarket:
    symbol: str
    updates: int
    asset_class: AssetClass | None = None
    last_price: Decimal | None = None
    last_time: datetime | None = None
    bar_end: datetime | None = None
    volume: Volume | None = None
    retracted: int = 0
    bar_close: Decimal | None = None
    end_before: datetime | None = None


def _market(given: object) -> Market:
    flat = record_from_json(_WrittenMarket, as_object("markets", given))
    last = None
    if flat.last_price is not None and flat.last_time is not None:
        last = Mark(flat.last_price, flat.last_time)
    return Market(
        symbol=flat.symbol,
        asset_class=flat.asset_class,
        last=last,
        bar_end=flat.bar_end,
        volume=flat.volume,
        updates=flat.updates,
        retracted=flat.retracted,
        bar_close=flat.bar_close,
        end_before=flat.end_before,
    )


def exported_step(account: str, given: Given) -> AssetClassFixed | Retracted | ExportedCommand:
    """What a line after the first one says. Raises BadInput and BadId, and Invalid."""
    if "assetClassFixed" in given:
        return record_from_json(AssetClassFixed, object_in(given, "assetClassFixed"))
    if "retracted" in given:
        return record_from_json(Retracted, object_in(given, "retracted"))
    kind = kind_of(given)
    recorded_at, clock = (read_as(datetime, name, given.get(name)) for name in ("recordedAt", "clock"))
    content, times = object_in(given, "input"), Times(recorded_at, clock)
    command = Ingest(updates_of(kind, content)) if kind in MARKET_DATA_LISTS else command_of(kind, account, content)
    return ExportedCommand(command, times)


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n"
