"""Commands from their inputs as JSON, as the API would have read them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

from api.codec.commands import MARKET_DATA_LISTS, CommandKind
from api.codec.field_names import api_name
from api.codec.ids import account_id, parse_uuid_node, signal_key
from api.codec.inputs import BadInput, Given, changes_of, read_as, record_from_json, without_none
from api.codec.long_json import long_json
from api.codec.market_data import UPDATE_TYPES
from domain.engine.commands import (
    AccountCommand,
    AmendPosition,
    AmendSignal,
    CancelSignal,
    CloseAll,
    ClosePosition,
    CommandId,
    Disable,
    Enable,
    ExecuteSignal,
    Reset,
    Resume,
    ReversePosition,
    UpdateSettings,
)
from domain.market.update import MarketUpdate
from domain.notation import Price
from domain.orders.amendment import PositionAmendment, SignalAmendment, amendable
from domain.orders.request import Request

Amendment = TypeVar("Amendment", PositionAmendment, SignalAmendment)


def kind_of(given: Given) -> CommandKind:
    """The kind of a command in a file. Raises BadInput."""
    name = read_as(str, "command", given.get("command"))
    try:
        return CommandKind(name)
    except ValueError:
        raise _no_command(name) from None


def _no_command(name: str) -> BadInput:
    return BadInput(f"there is no command {ascii(name)[:40]}")


def command_of(kind: CommandKind, account: str, given: Given) -> AccountCommand:
    """The command that an account's mutation means. Raises BadInput, and Invalid where the desk would."""
    content = {key: value for key, value in given.items() if key != "account"}
    settings = None if content.get("settings") is None else changes_of(object_in(content, "settings"))
    if (about := _ABOUT_TRADES.get(kind)) is not None:
        return about(account, content)
    match kind:
        case CommandKind.ENABLE:
            return Enable(account, account_id(account), settings)
        case CommandKind.RESET:
            session = content.get("session")
            return Reset(account, settings, None if session is None else read_as(int, "session", session))
        case CommandKind.UPDATE_SETTINGS:
            return UpdateSettings(account, settings or {})
        case CommandKind.DISABLE:
            return Disable(account)
        case CommandKind.RESUME:
            return Resume(account)
    raise _no_command(kind.value)


def identified_command(kind: CommandKind, account: str, command_id: UUID, given: Given) -> tuple[AccountCommand, str]:
    """The command that an account's mutation means with an id, so that it happens once (R5), and its input as JSON.

    Raises BadInput, and Invalid where the desk would.
    """
    content = {**given, "id": str(command_id)}
    command = command_of(kind, account, content)
    if isinstance(command, CancelSignal | ClosePosition | CloseAll | AmendPosition | AmendSignal):
        command = replace(command, command_id=CommandId(signal_key(account, command_id), command_id))
    return command, long_json({"account": account, **content})


def _execution(account: str, content: Given) -> ExecuteSignal:
    given = {key: value for key, value in content.items() if key != "id"}
    return execution(account, read_as(UUID, "id", content.get("id")), given)


def updates_of(kind: CommandKind, given: Given) -> list[MarketUpdate]:
    """The market data of a batch. Raises BadInput, and Invalid."""
    name = MARKET_DATA_LISTS[kind]
    return [record_from_json(UPDATE_TYPES[kind], as_object(name, item)) for item in list_in(given, name)]


def execution(account: str, signal_id: UUID, content: Given) -> ExecuteSignal:
    """The signal of an id that a client gave it. Raises BadInput, and Invalid."""
    return ExecuteSignal(account, signal_key(account, signal_id), signal_id, record_from_json(Request, content))


def cancellation(account: str, content: Given) -> CancelSignal:
    """What cancels the signal of a `signalId`. Raises BadInput."""
    signal_id = read_as(UUID, "signalId", content.get("signalId"))
    return CancelSignal(account, signal_key(account, signal_id), signal_id)


def closing(account: str, content: Given) -> ClosePosition:
    """What closes the position of a `positionId` or a `signalId`, or a part. Raises BadInput, BadId and Invalid."""
    signal_id = _optional(UUID, "signalId", content)
    return ClosePosition(
        account,
        _position_id(account, signal_id, content.get("positionId")),
        _optional(Price, "marketPrice", content),
        _optional(datetime, "timestamp", content),
        quantity=_optional(Decimal, "quantity", content),
        percent=_optional(Decimal, "percent", content),
        signal_id=signal_id,
    )


def closing_all(account: str, content: Given) -> CloseAll:
    """What closes all that is open, or what is open of a `symbol`. Raises BadInput, and Invalid."""
    return CloseAll(
        account,
        _optional(str, "symbol", content),
        _optional(datetime, "timestamp", content),
        market_price=_optional(Price, "marketPrice", content),
    )


def _position_id(account: str, signal_id: UUID | None, position_id: object) -> UUID:
    if (signal_id is None) == (position_id is None):
        raise BadInput("a position is named by one of signalId and positionId")
    if signal_id is not None:
        return signal_key(account, signal_id)
    return parse_uuid_node(read_as(str, "positionId", position_id), "Position")


def _optional(declared: Any, key: str, content: Given) -> Any:
    value = content.get(key)
    return None if value is None else read_as(declared, key, value)


def signal_amendment(account: str, content: Given) -> AmendSignal:
    """What amends the signal of a `signalId`. Raises BadInput, and Invalid."""
    signal_id = read_as(UUID, "signalId", content.get("signalId"))
    amendment = _amendment(SignalAmendment, content)
    return AmendSignal(
        account, signal_key(account, signal_id), signal_id, amendment, _optional(datetime, "timestamp", content)
    )


def position_amendment(account: str, content: Given) -> AmendPosition:
    """What amends the position of a `positionId` or a `signalId`. Raises BadInput, BadId and Invalid."""
    signal_id = _optional(UUID, "signalId", content)
    return AmendPosition(
        account,
        _position_id(account, signal_id, content.get("positionId")),
        _amendment(PositionAmendment, content),
        _optional(datetime, "timestamp", content),
        signal_id=signal_id,
    )


def reversal(account: str, content: Given) -> ReversePosition:
    """What reverses a position, named as to be closed, by a `signal`. Raises BadInput, BadId and Invalid."""
    signal_id, given = _optional(UUID, "signalId", content), object_in(content, "signal")
    signal = _execution(account, {key: value for key, value in given.items() if key != "account"})
    return ReversePosition(account, _position_id(account, signal_id, content.get("positionId")), signal, signal_id)


def _amendment(kind: type[Amendment], content: Given) -> Amendment:
    """What an amendment names, null too. Raises BadInput, and Invalid."""
    hints = get_type_hints(kind, include_extras=True)
    names = tuple(name for name in amendable(kind) if api_name(name) in content)
    return kind(given=names, **{name: _optional(without_none(hints[name]), api_name(name), content) for name in names})


def object_in(given: Given, key: str) -> Given:
    """An object that a field holds. Raises BadInput."""
    return as_object(key, given.get(key))


def as_object(key: str, value: object) -> Given:
    """A value that must be an object, of a field. Raises BadInput."""
    if not isinstance(value, Mapping):
        raise BadInput(f"{key} must be an object")
    return value


def list_in(given: Given, key: str) -> list[object]:
    """A list that a field holds. Raises BadInput."""
    value = given.get(key)
    if not isinstance(value, list):
        raise BadInput(f"{key} must be a list")
    return value


_ABOUT_TRADES: Mapping[CommandKind, Callable[[str, Given], AccountCommand]] = {
    CommandKind.EXECUTE_SIGNAL: _execution,
    CommandKind.CANCEL_SIGNAL: cancellation,
    CommandKind.CLOSE_POSITION: closing,
    CommandKind.CLOSE_ALL: closing_all,
    CommandKind.AMEND_SIGNAL: signal_amendment,
    CommandKind.AMEND_POSITION: position_amendment,
    CommandKind.REVERSE_POSITION: reversal,
}
