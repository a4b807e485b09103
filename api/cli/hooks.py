"""Makes hooks on a running desk, and shows what came to them."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any
from urllib.parse import urljoin

from rich.table import Table
from rich.text import Text

from api.cli import desk_documents as documents
from api.cli.asking import Payload, Screen, say_refusals
from api.cli.desk_tables import outcome_table
from api.cli.running import say
from api.cli.typed import Given, require_at_most_one
from api.client import DeskClient
from api.errors import BadArgument

_FIELDS = {
    "name": "name",
    "account": "account",
    "template": "template",
    "stop_percent": "stopPercent",
    "target_r": "target1R",
    "target_percent": "target1Percent",
    "risk_percent": "riskPercent",
    "quantity": "quantity",
    "asset_class": "assetClass",
}

_ONCE = "The secret is shown this once. Put the address into the alert, and one of these texts into its message."
_TO_SECONDS = len("2024-01-02T14:30:00")


def wanted(given: Given) -> Mapping[str, object]:
    """The input of a hook that was typed. Ends the program where one thing is said in two ways."""
    require_at_most_one(given, "target_r", "target_percent")
    require_at_most_one(given, "risk_percent", "quantity")
    values = {field: given[name] for name, field in _FIELDS.items() if given[name] is not None}
    sent = {field: value.name if isinstance(value, Enum) else value for field, value in values.items()}
    return {**sent, "symbols": _pairs(given["symbol"]), "fields": _pairs(given["field"])}


def _pairs(texts: Sequence[str] | None) -> list[dict[str, str]]:
    pairs = (text.partition("=") for text in texts or ())
    return [{"name": name, "meaning": meaning} for name, _, meaning in pairs]


async def create(client: DeskClient, hook: Mapping[str, object], *, url: str, screen: Screen) -> int:
    """Make a hook, and show its address and texts for its alerts. Raises FeedError."""
    payload = (await client.query(documents.CREATE_HOOK, {"input": hook}))["createHook"]
    made = payload["hook"]
    if made is None:
        return say_refusals(payload)
    address = urljoin(url, payload["path"])
    rows = (("hook", made["name"]), ("account", made["account"]), ("template", made["template"]), ("address", address))
    screen.show({**payload, "address": address}, outcome_table(rows))
    if not screen.as_json:
        say(_ONCE)
        for text in made["texts"]:
            say(f"\n{text['title']}:\n{text['text']}")
        for warning in made["warnings"]:
            say(f"\nMind: {warning}.")
    return 0


async def show_all(client: DeskClient, *, screen: Screen) -> int:
    """Show all hooks. Raises FeedError."""
    hooks: list[Payload] = (await client.query(documents.HOOKS))["hooks"]
    table = _table("hook", "account", "template", "made", "revoked", "alerts")
    for hook in hooks:
        table.add_row(
            *(hook[name] for name in ("name", "account", "template")),
            *(_moment(hook[name]) for name in ("createdAt", "revokedAt")),
            str(hook["deliveryCount"]),
        )
    screen.show({"hooks": hooks}, table if hooks else "There are no hooks: papertape hook create makes one.")
    return 0


async def revoke(client: DeskClient, name: str, *, screen: Screen) -> int:
    """Revoke a hook. Raises FeedError."""
    payload = (await client.query(documents.REVOKE_HOOK, {"input": {"name": name}}))["revokeHook"]
    if payload["hook"] is not None or screen.as_json:
        screen.show(payload, f"The hook {name} is revoked.")
    return say_refusals(payload)


async def show_deliveries(client: DeskClient, name: str, first: int, *, screen: Screen) -> int:
    """Show the newest alerts that came to a hook. Raises BadArgument and FeedError."""
    asked: Mapping[str, Any] = {"hook": name, "first": first}
    found = (await client.query(documents.HOOK_DELIVERIES, asked))["hookDeliveries"]
    if found is None:
        raise BadArgument(f"there is no hook {name!r}: papertape hook list shows those that there are")
    table = _table("number", "received", "became", "message", "alert")
    for delivery in found["nodes"]:
        became = delivery["status"].lower() + (f" {delivery['code']}" if delivery["code"] else "")
        told = (Text(delivery[field] or "") for field in ("message", "excerpt"))
        table.add_row(str(delivery["number"]), _moment(delivery["receivedAt"]), became, *told)
    screen.show(found, table if found["nodes"] else "No alert has come.")
    return 0


def _moment(time: str | None) -> str:
    return "" if time is None else f"{time[:_TO_SECONDS]}Z"


def _table(*names: str) -> Table:
    table = Table()
    for name in names:
        table.add_column(name, overflow="fold")
    return table
