"""Random scenarios (see `tests.strategies`), sent to the real application as its clients would."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from api.codec.field_names import api_name
from api.codec.ids import node_id, signal_key
from api.codec.json_codec import plain_data
from tests.api.desk import Client
from tests.service.commands import as_sent
from tests.strategies import Record, Step

_MUTATIONS = {
    "enable": "enable",
    "update_settings": "updateSettings",
    "disable": "disable",
    "reset": "reset",
    "resume": "resume",
    "execute_signal": "executeSignal",
    "cancel_signal": "cancelSignal",
    "close_position": "closePosition",
    "close_all": "closeAll",
    "amend_signal": "amendSignal",
    "amend_position": "amendPosition",
    "reverse_position": "reversePosition",
}


async def run_scenario(client: Client, scenario: Iterable[Step]) -> None:
    """Send the steps of a scenario to a desk."""
    for method, arguments in as_sent(scenario):
        if method == "ingest":
            await _ingest(client, arguments["batch"])
        else:
            await client.do(_MUTATIONS[method], **_input(method, arguments))


async def _ingest(client: Client, batch: list[Record]) -> None:
    items = [plain(item) for item in batch]
    if "price" in items[0]:
        await client.do("ingestQuotes", quotes=items)
    else:
        await client.do("ingestBars", bars=items)


def _input(method: str, arguments: Record) -> dict[str, Any]:
    apart = ("name", "signal", "signal_id", "once", "changes")
    content = {key: value for key, value in arguments.items() if key not in apart}
    parts = {**arguments.get("signal", {}), **arguments.get("changes", {})}
    content = {"account": arguments["name"], **content, **parts}
    if "once" in arguments:
        content["id"] = arguments["once"]
    if method == "reverse_position":
        return {
            "account": arguments["name"],
            "signalId": arguments["signal_id"],
            "signal": plain({"account": arguments["name"], **arguments["signal"]}),
        }
    if method in ("cancel_signal", "amend_signal", "amend_position"):
        content["signal_id"] = arguments["signal_id"]
    if method == "close_position":
        key = signal_key(arguments["name"], UUID(arguments["signal_id"]))
        content["position_id"] = node_id("Position", key)
    return plain(content)


def plain(record: Record) -> dict[str, Any]:
    """A record in the API's form."""
    return {api_name(key): _value(value) for key, value in record.items()}


def _value(value: object) -> object:
    return plain(value) if isinstance(value, dict) else plain_data(value)
