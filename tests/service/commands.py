"""The steps of a random scenario (tests.strategies) as commands to a desk."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from api.codec.ids import account_id, signal_key
from domain.engine.commands import (
    AmendPosition,
    AmendSignal,
    CancelSignal,
    CloseAll,
    ClosePosition,
    Command,
    CommandId,
    Disable,
    Enable,
    ExecuteSignal,
    Ingest,
    Reset,
    Resume,
    ReversePosition,
    UpdateSettings,
)
from domain.orders.amendment import PositionAmendment, SignalAmendment
from domain.validation import Invalid
from tests.domain.domain_desk import amended_of, request_of, settings_of, update_of
from tests.strategies import Step


def as_sent(scenario: Iterable[Step]) -> Iterator[Step]:
    """A scenario as clients can send it: of a batch its bars, then its quotes."""
    for method, arguments in scenario:
        if method != "ingest":
            yield method, arguments
            continue
        for are_quotes in (False, True):
            if items := [item for item in arguments["batch"] if ("time" in item) is are_quotes]:
                yield method, {"batch": items}


def commands_of(scenario: Iterable[Step]) -> list[Command]:
    """The commands of a scenario; steps that are no valid command are left out."""
    commands: list[Command] = []
    for method, arguments in as_sent(scenario):
        try:
            commands.append(_COMMANDS[method](**arguments))
        except Invalid:
            continue
    return commands


def _execute(name: str, signal: dict[str, Any]) -> Command:
    return ExecuteSignal(name, _key(name, signal["id"]), UUID(signal["id"]), request_of(signal))


def _close(
    name: str, signal_id: str, market_price: Any = None, timestamp: Any = None, once: Any = None, **part: Any
) -> Command:
    return ClosePosition(name, _key(name, signal_id), market_price, timestamp, _once(name, once), **part)


def _amend_position(
    name: str, signal_id: str, changes: dict[str, Any], timestamp: Any = None, once: Any = None
) -> Command:
    amendment = PositionAmendment(tuple(changes), **amended_of(changes))
    return AmendPosition(name, _key(name, signal_id), amendment, timestamp, command_id=_once(name, once))


def _amend_signal(
    name: str, signal_id: str, changes: dict[str, Any], timestamp: Any = None, once: Any = None
) -> Command:
    amendment, once_id = SignalAmendment(tuple(changes), **amended_of(changes)), _once(name, once)
    return AmendSignal(name, _key(name, signal_id), UUID(signal_id), amendment, timestamp, command_id=once_id)


def _reverse(name: str, signal_id: str, signal: dict[str, Any]) -> Command:
    own = ExecuteSignal(name, _key(name, signal["id"]), UUID(signal["id"]), request_of(signal))
    return ReversePosition(name, _key(name, signal_id), own)


def _once(name: str, sent: str | None) -> CommandId | None:
    return None if sent is None else CommandId(_key(name, sent), UUID(sent))


def _key(name: str, signal_id: str) -> UUID:
    return signal_key(name, UUID(signal_id))


def _changes(settings: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if settings is None else settings_of(settings)


_COMMANDS: dict[str, Any] = {
    "enable": lambda name, settings=None: Enable(name, account_id(name), _changes(settings)),
    "update_settings": lambda name, settings, once=None: UpdateSettings(name, settings_of(settings), _once(name, once)),
    "disable": lambda name: Disable(name),
    "reset": lambda name, settings=None, session=None, once=None: Reset(
        name, _changes(settings), session, _once(name, once)
    ),
    "resume": lambda name, once=None: Resume(name, _once(name, once)),
    "execute_signal": _execute,
    "cancel_signal": lambda name, signal_id, once=None: CancelSignal(
        name, _key(name, signal_id), UUID(signal_id), _once(name, once)
    ),
    "close_position": _close,
    "close_all": lambda name, symbol=None, timestamp=None, once=None, market_price=None: CloseAll(
        name, symbol, timestamp, _once(name, once), market_price
    ),
    "reverse_position": _reverse,
    "amend_position": _amend_position,
    "amend_signal": _amend_signal,
    "ingest": lambda batch: Ingest([update_of(item) for item in batch]),
}
