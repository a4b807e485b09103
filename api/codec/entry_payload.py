"""The payload of a journal entry: its event as JSON, less what its row's columns say and what follows from the rest.

A field is written where it is not what a reader takes for it if it is missing. So what most entries say is short, what
is unlike the others is told in full, and each entry is read by itself, exactly.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from inspect import signature
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from cattrs.errors import ForbiddenExtraKeysError

from api.codec.field_names import api_name
from api.codec.ids import key_of_signal
from api.codec.json_codec import STORED_TEXTS, reader_of
from api.codec.text_writers import RecordLines
from domain.engine.events import (
    AccountEvent,
    Event,
    PositionEvent,
    PositionEventKind,
    SignalEvent,
    SignalEventKind,
    TradeEvent,
)
from domain.instruments import AssetClass
from domain.market.state import Mark
from domain.money import ZERO, difference, effect
from domain.orders.request import Request
from domain.orders.signal import Signal, SignalStatus
from domain.portfolio.fill import Fill, FillReason
from domain.portfolio.position import STATUS_AFTER, Position, PositionStatus, StopLevel
from domain.portfolio.trade import Trade
from domain.records import dataclass

Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class EntryLabel:
    """What the columns of an entry's row say of it, all but the one that holds its event."""

    ordinal: int
    account_id: UUID
    seq: int
    stream: str
    kind: str
    encoding: int
    occurred_at: datetime
    recorded_at: datetime


def payload_of(event: Event, label: EntryLabel) -> str:
    """The payload of an entry with this label."""
    form = _form_of(type(event))  # type: ignore[arg-type]
    return form.write(event, label)


def event_of(payload: str, cls: type, label: EntryLabel) -> Event:
    """The event of a class whose payload this is, in an entry with the same label."""
    event: Event = _form_of(cls).read(json.loads(payload), label)
    return event


def _implied_by_row(label: EntryLabel) -> Values:
    return {"occurred_at": label.occurred_at}


def _of_position_event(label: EntryLabel, position: Position) -> Values:
    mark = Mark(position.fills[-1].raw_price, label.occurred_at)
    return {"kind": PositionEventKind(label.kind), "mark": mark, "occurred_at": label.occurred_at}


_STATUS_IF = {SignalEventKind.AMENDED.value: SignalStatus.WORKING}


def _of_signal(label: EntryLabel, signal_id: UUID, request: Request) -> Values:
    return {
        "id": key_of_signal(label.account_id, signal_id),
        "account_id": label.account_id,
        "session": 1,
        "side": request.resolved_side,
        "status": _STATUS_IF.get(label.kind) or SignalStatus(label.kind),
        "timestamp": label.occurred_at,
        "recorded_at": label.recorded_at,
        "quantity": request.quantity,
        "changed_seq": label.seq,
        "amendments": 0,
    }


def _of_fill(label: EntryLabel, quantity: Decimal, price: Decimal, raw_price: Decimal) -> Values:
    """An entry's, and at the time of the event."""
    amount = effect(quantity, price)
    return {
        "number": 1,
        "time": label.occurred_at,
        "reason": FillReason.ENTRY,
        "amount": amount,
        "slippage": abs(difference(amount, effect(quantity, raw_price))),
        "realized_pnl": ZERO,
        "gap": False,
        "ambiguous": False,
    }


def _of_stop(label: EntryLabel) -> Values:
    return {"since": label.occurred_at, "is_amended": False}


def _of_position(label: EntryLabel, signal_id: UUID, stops: Sequence[StopLevel], fills: Sequence[Fill]) -> Values:
    """Of a stock, in a first session, that trades history; of its entry all is left, or after its last exit nothing."""
    entry, *exits = fills
    is_flat = sum((fill.quantity for fill in exits), ZERO) == entry.quantity
    return {
        **_of_fills(label, signal_id, fills),
        "asset_class": AssetClass.STOCK,
        "status": STATUS_AFTER[exits[-1].reason] if exits else PositionStatus.OPEN,
        "open_quantity": ZERO if is_flat else entry.quantity,
        "entry_amount": entry.amount,
        "entry_amount_left": ZERO if is_flat else entry.amount,
        "entry_commission": entry.commission,
        "entry_commission_left": ZERO if is_flat else entry.commission,
        "initial_stop": stops[0].price if stops else None,
        "changed_seq": label.seq,
        "amendments": 0,
    }


def _of_trade(label: EntryLabel, signal_id: UUID, fills: Sequence[Fill]) -> Values:
    last = fills[-1]
    exits = {"exit_time": last.time, "exit_price": last.price, "exit_reason": last.reason}
    return {**_of_fills(label, signal_id, fills), **exits}


def _of_fills(label: EntryLabel, signal_id: UUID, fills: Sequence[Fill]) -> Values:
    entry = fills[0]
    return {
        "id": key_of_signal(label.account_id, signal_id),
        "account_id": label.account_id,
        "session": 1,
        "is_live": False,
        "quantity": entry.quantity,
        "entry_time": entry.time,
        "entry_price": entry.price,
        "realized_pnl": sum((fill.realized_pnl for fill in fills), ZERO),
        "commission": sum((fill.commission for fill in fills), ZERO),
        "slippage": sum((fill.slippage for fill in fills), ZERO),
    }


Implied = Callable[..., Values]
"""What follows for a record's fields, from the label and from those of its fields that are named like the others of its
arguments."""

_IMPLIED: Mapping[type, Implied] = {
    **dict.fromkeys(get_args(AccountEvent), _implied_by_row),
    SignalEvent: _implied_by_row,
    PositionEvent: _of_position_event,
    TradeEvent: _implied_by_row,
    Signal: _of_signal,
    Position: _of_position,
    Trade: _of_trade,
    Fill: _of_fill,
    StopLevel: _of_stop,
}


class _Form:
    """How the records of a class stand in payloads."""

    def __init__(self, cls: type, implied: Implied) -> None:
        hints = get_type_hints(cls)
        self._cls = cls
        self._implied = implied
        self._causes = [name for name in signature(implied).parameters if name != "label"]
        parts = [(name, api_name(name), declared, _part_of(declared)) for name, declared in hints.items()]
        self._readers = {key: (name, reader_of(declared), part) for name, key, declared, part in parts}
        self.write = self._writer(parts)
        """Writes the fields of a record, in an entry with a label, that do not follow from the others, as JSON text."""
        self._absent = dict.fromkeys(name for name, declared in hints.items() if NoneType in get_args(declared))

    def _writer(
        self, parts: Iterable[tuple[str, str, Any, "_Form | _Forms | None"]]
    ) -> Callable[[Any, EntryLabel], str]:
        members = RecordLines(STORED_TEXTS)
        for name, key, declared, part in parts:
            differs = f'value != implied["{name}"] if "{name}" in implied else value is not None'
            if part is None:
                members.add(name, key, differs, declared)
            else:
                members.add_piece(name, key, differs, f"{{{members.name(part)}.write(value, label)}}")
        causes = "".join(f", record.{name}" for name in self._causes)
        return members.function("record, label", f"implied = {members.name(self._implied)}(label{causes})")

    def read(self, given: Mapping[str, Any], label: EntryLabel) -> Any:
        """The record. Raises ForbiddenExtraKeysError."""
        if unknown := given.keys() - self._readers.keys():
            raise ForbiddenExtraKeysError(None, self._cls, unknown)
        values: Values = {}
        for key, value in given.items():
            name, read, part = self._readers[key]
            values[name] = read(value) if part is None else part.read(value, label)
        implied = self._implied(label, *[values[name] for name in self._causes])
        return self._cls(**{**self._absent, **implied, **values})


@cache
def _form_of(cls: type) -> _Form:
    return _Form(cls, _IMPLIED[cls])


class _Forms:
    """How several records of a class stand in payloads, of which the label says nothing but its time."""

    def __init__(self, form: _Form) -> None:
        self._form = form
        self._last: tuple[object, datetime | None, str] = None, None, ""

    def write(self, records: Sequence[object], label: EntryLabel) -> str:
        """Each of them, in a list. A trade has the fills of its position, which has closed in the entry before."""
        known, time, text = self._last
        if known is not records or time != label.occurred_at:
            text = f"[{','.join([self._form.write(record, label) for record in records])}]"
            self._last = records, label.occurred_at, text
        return text

    def read(self, given: Sequence[Mapping[str, Any]], label: EntryLabel) -> tuple[Any, ...]:
        """The records."""
        return tuple([self._form.read(item, label) for item in given])


@cache
def _forms_of(cls: type) -> _Forms:
    return _Forms(_form_of(cls))


def _part_of(declared: Any) -> _Form | _Forms | None:
    """The form of a declared type whose values depend on the label."""
    if declared in _IMPLIED:
        return _form_of(declared)
    if get_origin(declared) is tuple and (item := get_args(declared)[0]) in _IMPLIED:
        return _forms_of(item)
    return None
