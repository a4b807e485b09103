"""Trades on a running desk, and shows what an account holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.cli import desk_documents as documents
from api.cli.asking import Payload, Screen, order, say_refusals
from api.cli.desk_tables import (
    account_rows,
    assessment_rows,
    outcome_table,
    position_rows,
    positions_table,
    signal_rows,
    trade_rows,
    trades_table,
)
from api.client import DeskClient
from api.codec.field_names import api_name
from api.errors import BadArgument
from domain.orders.amendment import OF_SIGNALS_ONLY

Fields = Mapping[str, object]

_SIGNAL_ONLY = frozenset(map(api_name, OF_SIGNALS_ONLY))


async def send_signal(client: DeskClient, signal: Fields, *, preview: bool, screen: Screen) -> int:
    """Send a signal, or ask what the desk would decide about it. Raises DeskError."""
    if preview:
        return await _preview(client, documents.PREVIEW_SIGNAL, "previewSignal", signal, screen)
    payload = await order(client, documents.EXECUTE_SIGNAL, "executeSignal", signal)
    return screen.show_outcome(
        payload, outcome_table(signal_rows(payload["signal"]), position_rows(payload["position"]))
    )


async def close_position(client: DeskClient, closing: Fields, *, screen: Screen) -> int:
    """Close a position, or a part of it. Raises DeskError."""
    payload = await order(client, documents.CLOSE_POSITION, "closePosition", closing)
    return screen.show_outcome(payload, outcome_table(position_rows(payload["position"]), trade_rows(payload["trade"])))


async def close_all(client: DeskClient, closing: Fields, *, screen: Screen) -> int:
    """Close all positions of an account, or those of a symbol. Raises DeskError."""
    payload = await order(client, documents.CLOSE_ALL, "closeAll", closing)
    return screen.show_outcome(payload, trades_table(payload["positions"], payload["trades"]))


@dataclass(frozen=True, slots=True)
class Amendment:
    """The fields of an amendment, and of what it is: of the position, of the signal, or (None) of what there is."""

    fields: Fields
    of_position: bool | None
    preview: bool


async def amend(client: DeskClient, wanted: Amendment, *, screen: Screen) -> int:
    """Amend a position or a signal: as is said, else the position if it is open. Raises BadArgument and DeskError."""
    amended = _of_position if await _is_of_position(client, wanted) else _of_signal
    return await amended(client, wanted, screen)


async def _of_position(client: DeskClient, wanted: Amendment, screen: Screen) -> int:
    wrong = [name for name in wanted.fields if name in _SIGNAL_ONLY]
    if wrong:
        raise BadArgument(f"{', '.join(wrong)} can be amended of a signal that waits, not of an open position")
    if wanted.preview:
        return await _preview(client, documents.PREVIEW_AMENDMENT, "previewAmendment", wanted.fields, screen)
    payload = await order(client, documents.AMEND_POSITION, "amendPosition", wanted.fields)
    return screen.show_outcome(payload, outcome_table(position_rows(payload["position"])))


async def _of_signal(client: DeskClient, wanted: Amendment, screen: Screen) -> int:
    if wanted.preview:
        field = "previewSignalAmendment"
        return await _preview(client, documents.PREVIEW_SIGNAL_AMENDMENT, field, wanted.fields, screen)
    payload = await order(client, documents.AMEND_SIGNAL, "amendSignal", wanted.fields)
    return screen.show_outcome(payload, outcome_table(signal_rows(payload["signal"])))


async def _is_of_position(client: DeskClient, wanted: Amendment) -> bool:
    if wanted.of_position is not None:
        return wanted.of_position
    named = {name: wanted.fields[name] for name in ("signalId", "account")}
    position: Payload | None = (await client.query(documents.IS_OPEN, named))["position"]
    return position is not None and bool(position["isOpen"])


async def show_positions(client: DeskClient, account: str, chosen: Fields, *, screen: Screen) -> int:
    """Show an account's positions, the newest first. Raises BadArgument and DeskError."""
    nodes: list[Payload] = []
    page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        asked = {"account": account, "filter": chosen, "after": page["endCursor"]}
        connection = _existing((await client.query(documents.POSITIONS, asked))["positions"], account)
        page = connection["pageInfo"]
        nodes.extend(connection["nodes"])
    table = positions_table(nodes) if nodes else "There are no such positions."
    screen.show({"totalCount": connection["totalCount"], "nodes": nodes}, table)
    return 0


async def show_account(client: DeskClient, account: str, *, screen: Screen) -> int:
    """Show an account's figures. Raises BadArgument and DeskError."""
    answer = _existing((await client.query(documents.ACCOUNT, {"account": account}))["account"], account)
    screen.show(answer, outcome_table(*account_rows(answer)))
    return 0


async def _preview(client: DeskClient, document: str, field: str, asked: Fields, screen: Screen) -> int:
    assessment = (await client.query(document, {"input": asked}))[field]
    screen.show(assessment, outcome_table(assessment_rows(assessment)))
    return say_refusals(assessment) or (0 if assessment["accepted"] else 1)


def _existing(answer: Payload | None, account: str) -> Payload:
    if answer is None:
        raise BadArgument(f"there is no account {account!r}: enable creates it")
    return answer
