"""From an alert to commands of the desk: a signal, a closing, a reversal or an amendment, with the hook's defaults.

What is open decides between a signal and a reversal; everything else stands in the alert and its hook.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from api.codec.commands import CommandKind
from api.codec.hooks import Hook
from api.codec.ids import node_id
from api.hooks.alert import Alert, BadAlert, require_number
from api.hooks.contradictions import AMENDED, AMENDED_SIGNAL
from api.hooks.intent import Intent
from api.hooks.levels import target_fields
from domain.money import ZERO, nearest, percent, plain, plus
from domain.notation import read_number
from domain.orders.request import EntryType
from domain.orders.side import Side
from domain.orders.signal import Signal
from domain.portfolio.position import Position
from domain.refusals import ErrorCode, refuse

Content = Mapping[str, object]
"""The input of a mutation, by the API's names."""

_AS_THEY_ARE = (
    *("stopLoss", "stopDistance", "stopPercent", "target2", "target2R", "entry", "goodUntil", "timeInForce"),
    *("expiresAt", "campaignId", "note", "timeframe", "assetClass"),
)
_CAPITALS = frozenset(("entry", "timeInForce", "assetClass"))
_STOPS = ("stopLoss", "stopDistance", "stopPercent")


@dataclass(frozen=True, slots=True)
class Planned:
    """A command to be sent, with the id by which it happens once."""

    kind: CommandKind
    id: UUID
    content: Content


@dataclass(frozen=True, slots=True)
class Held:
    """What an account has of a symbol: open positions, waiting signals, and the alert's own signal if it was sent.

    Each in the order in which they came.
    """

    positions: Sequence[Position] = ()
    waiting: Sequence[Signal] = ()
    sent: Signal | None = None


def content_of(intent: Intent, alert: Alert, hook: Hook) -> Content:
    """What the alert itself says of its command, whatever is open. Raises BadAlert."""
    match intent:
        case Intent.FLAT | Intent.CLOSE:
            return {"symbol": alert.symbol, **_price(alert), **_time(alert)}
        case Intent.PART:
            return {**_part(alert, hook), **_price(alert), **_time(alert)}
        case Intent.AMEND:
            return {**_changes(alert), **_time(alert)}
        case Intent.SHORT:
            return _signal(alert, hook, Side.SHORT)
        case Intent.LONG | Intent.REVERSE:
            return _signal(alert, hook, Side.LONG)


def plan(intent: Intent, content: Content, alert: Alert, command_id: UUID, held: Held) -> list[Planned]:
    """The commands for an alert, beside what is held; the last is the one that tells what became of it.

    Raises Refused where what it is about is not there.
    """
    match intent:
        case Intent.FLAT:
            closing = Planned(CommandKind.CLOSE_ALL, command_id, content)
            return [*_cancellations(alert, command_id, held), closing]
        case Intent.CLOSE:
            return [Planned(CommandKind.CLOSE_ALL, command_id, content)]
        case Intent.PART:
            position = _only(held.positions, alert.symbol)
            return [Planned(CommandKind.CLOSE_POSITION, command_id, {**_named(position), **content})]
        case Intent.AMEND:
            return [_amendment(content, alert, command_id, held)]
        case Intent.REVERSE:
            side = _other_side(held, alert.symbol)
            return _entry({**content, "side": side.value}, side, command_id, held)
        case Intent.LONG | Intent.SHORT:
            return _entry(content, Side[intent.name], command_id, held)


def _cancellations(alert: Alert, command_id: UUID, held: Held) -> list[Planned]:
    """What ends the signals that wait, but for those that are newer than the alert."""
    time = alert.time
    return [
        Planned(CommandKind.CANCEL_SIGNAL, uuid5(command_id, str(signal.id)), {"signalId": str(signal.signal_id)})
        for signal in held.waiting
        if time is None or signal.timestamp <= time
    ]


def _entry(signal: Content, side: Side, command_id: UUID, held: Held) -> list[Planned]:
    """A signal, which takes the place of what is open on the other side; as it was sent before, if it was.

    Raises Refused where it would wait, before anything is closed for it.
    """
    against = [position for position in held.positions if position.side is not side]
    if held.sent is not None:
        reversed_id = held.sent.reverses
    elif against:
        reversed_id = against[-1].id
    else:
        reversed_id = None
    if reversed_id is not None and signal.get("entry", EntryType.MARKET.value) != EntryType.MARKET.value:
        message = (
            f"{signal['symbol']} is open on the other side, and a reversal enters at the market (R41): close it first"
        )
        raise refuse(ErrorCode.INVALID_INPUT, message, field="entry")
    at = {name: signal[name] for name in ("marketPrice", "timestamp") if name in signal}
    closings = [
        Planned(CommandKind.CLOSE_POSITION, uuid5(command_id, str(position.id)), {**_named(position), **at})
        for position in against[:-1]
        if held.sent is None
    ]
    if reversed_id is None:
        return [Planned(CommandKind.EXECUTE_SIGNAL, command_id, signal)]
    content = {"positionId": node_id("Position", reversed_id), "signal": {**signal, "id": str(command_id)}}
    return [*closings, Planned(CommandKind.REVERSE_POSITION, command_id, content)]


def _other_side(held: Held, symbol: str) -> Side:
    if held.sent is not None:
        return held.sent.side
    sides = {position.side for position in held.positions}
    if len(sides) != 1:
        what = "nothing" if not sides else "both sides"
        raise refuse(ErrorCode.POSITION_NOT_FOUND, f"{what} of {symbol} is open: there is no position to reverse")
    return Side.SHORT if Side.LONG in sides else Side.LONG


def _amendment(content: Content, alert: Alert, command_id: UUID, held: Held) -> Planned:
    if held.positions or not held.waiting:
        given = {name: value for name, value in content.items() if name in (*AMENDED, "timestamp")}
        if len(given) < len(content):
            wrong = ", ".join(sorted(content.keys() - given.keys()))
            raise refuse(ErrorCode.INVALID_INPUT, f"{wrong} cannot be amended of a position that is open")
        return Planned(
            CommandKind.AMEND_POSITION, command_id, {**_named(_only(held.positions, alert.symbol)), **content}
        )
    if len(held.waiting) > 1:
        message = f"{len(held.waiting)} signals of {alert.symbol} wait, and an alert can amend only one"
        raise refuse(ErrorCode.SIGNAL_NOT_FOUND, message)
    return Planned(CommandKind.AMEND_SIGNAL, command_id, {"signalId": str(held.waiting[0].signal_id), **content})


def _only(positions: Sequence[Position], symbol: str) -> Position:
    if len(positions) != 1:
        count = "nothing" if not positions else f"{len(positions)} positions"
        message = f"{count} of {symbol} {'are' if positions else 'is'} open, and the alert is about one position"
        raise refuse(ErrorCode.POSITION_NOT_FOUND, message)
    return positions[0]


def _named(position: Position) -> Content:
    return {"positionId": node_id("Position", position.id)}


def _time(alert: Alert) -> Content:
    return {name: alert.fields[name] for name in ("timestamp",) if name in alert.fields}


def _price(alert: Alert) -> Content:
    return {name: alert.fields[name] for name in ("marketPrice",) if name in alert.fields}


def _signal(alert: Alert, hook: Hook, side: Side) -> Content:
    fields, defaults = alert.fields, hook.defaults
    content: dict[str, object] = {
        name: fields[name].upper() if name in _CAPITALS else fields[name] for name in _AS_THEY_ARE if name in fields
    }
    if defaults.asset_class is not None:
        content.setdefault("assetClass", defaults.asset_class.value)
    if defaults.stop_percent is not None and not any(name in fields for name in _STOPS):
        content["stopPercent"] = plain(defaults.stop_percent)
    content |= target_fields(alert, defaults, side, content)
    content |= _size(fields, hook)
    entry = content.get("entry", EntryType.MARKET.value)
    if entry == EntryType.MARKET.value:
        content |= _price(alert)
    elif entry in (EntryType.LIMIT.value, EntryType.STOP.value):
        content["entryPrice"] = fields.get("entryPrice") or fields.get("marketPrice")
    source = fields.get("source", hook.name)
    return {"symbol": alert.symbol, "side": side.value, "source": source, **_time(alert), **content}


def _size(fields: Mapping[str, str], hook: Hook) -> Content:
    """The alert's own size, else the hook's, else that of the strategy's order. Raises BadAlert."""
    for name in ("quantity", "riskPercent"):
        if name in fields:
            return {name: fields[name]}
    if hook.defaults.risk_percent is not None:
        return {"riskPercent": plain(hook.defaults.risk_percent)}
    if hook.defaults.quantity is not None:
        return {"quantity": plain(hook.defaults.quantity)}
    if "contracts" in fields:
        return {"quantity": fields["contracts"]}
    raise BadAlert("the alert says no quantity, and the hook has neither a quantity nor a risk in percent")


def _part(alert: Alert, hook: Hook) -> Content:
    """How much of what is open is closed, where the strategy's order closes a part. Raises BadAlert."""
    fields = alert.fields
    for name in ("percent", "quantity"):
        if name in fields:
            return {name: fields[name]}
    if "contracts" not in fields:
        raise BadAlert("the order closes a part of what is open: say percent, quantity or contracts")
    if hook.defaults.risk_percent is None and hook.defaults.quantity is None:
        return {"quantity": fields["contracts"]}
    if "positionSize" not in fields:
        raise BadAlert("the order closes a part of what is open: say position_size beside contracts, or percent")
    for name in ("contracts", "positionSize"):
        require_number(name, fields[name])
    closed = abs(read_number("contracts", fields["contracts"]))
    whole = plus(closed, abs(read_number("positionSize", fields["positionSize"])))
    if closed == ZERO:
        raise BadAlert("contracts must be above 0")
    return {"percent": plain(nearest(percent(closed, whole)))}


def _changes(alert: Alert) -> Content:
    changes = {name: alert.fields[name] for name in AMENDED_SIGNAL if name in alert.fields}
    if not changes:
        raise BadAlert(f"the alert amends nothing: say one of {', '.join(AMENDED_SIGNAL)}")
    return changes
