"""Commands from their inputs as JSON, as the API would have read them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from api.codec.commands import MARKET_DATA_LISTS, CommandKind
from api.codec.ids import account_id, parse_uuid_node, signal_key
from api.codec.inputs import BadInput, Given, changes_of, read_as, record_from_json
from api.codec.market_data import UPDATE_TYPES
from domain.engine.commands import (
    AccountCommand,
    CancelSignal,
    ClosePosition,
    Disable,
    Enable,
    ExecuteSignal,
    Reset,
    Resume,
    UpdateSettings,
)
from domain.market.update import MarketUpdate
from domain.notation import Price
from domain.orders.signal import Request


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
    match kind:
        case CommandKind.EXECUTE_SIGNAL:
            return execution(account, read_as(UUID, "id", content.pop("id", None)), content)
        case CommandKind.CANCEL_SIGNAL:
            return cancellation(account, content)
        case CommandKind.CLOSE_POSITION:
            return closing(account, position_id_in(content), content)
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


def closing(account: str, position_id: UUID, content: Given) -> ClosePosition:
    """What closes a position of the desk's id, at the input's price and time, if any. Raises BadInput, and Invalid."""
    price, time = content.get("marketPrice"), content.get("timestamp")
    return ClosePosition(
        account,
        position_id,
        None if price is None else read_as(Price, "marketPrice", price),
        None if time is None else read_as(datetime, "timestamp", time),
    )


def position_id_in(content: Given) -> UUID:
    """The desk's id of the position that a `positionId` names. Raises BadInput and BadId."""
    return parse_uuid_node(read_as(str, "positionId", content.get("positionId")), "Position")


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
