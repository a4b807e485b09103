"""How a command asks a running desk, and shows what it answers.

It ends with 0 if the desk did it, with 1 if the desk refused, and with 2 if there was no answer, or nothing to ask.
"""

import json
import sys
import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType

from api.cli.running import NOT_DONE, run, say, settings_of
from api.client import DeskClient, OutcomeOpen
from domain.refusals import ErrorCode

Payload = Mapping[str, Any]
"""What a field of the API answered with."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Where an answer is shown: as tables, or as the JSON that it is."""

    as_json: bool

    def show(self, payload: Payload, *tables: RenderableType) -> None:
        """Show an answer, which the tables tell as well."""
        if self.as_json:
            say(json.dumps(payload, indent=2))
            return
        console = Console(highlight=False)
        for table in tables:
            console.print(table)

    def show_outcome(self, payload: Payload, *tables: RenderableType) -> int:
        """Show what was done, or on standard error why it was refused; the exit code."""
        if self.as_json or not payload["errors"]:
            again = ("Sent before with this id: nothing was done again.",) if payload["replayed"] else ()
            self.show(payload, *tables, *again)
        return say_refusals(payload)


def ask(url: str, token: str | None, work: Callable[[DeskClient], Coroutine[Any, Any, int]]) -> None:
    """Do what asks a desk, and end the program with its exit code."""
    settings = settings_of(NOT_DONE, token=token)

    async def asked() -> int:
        async with DeskClient(url, token=settings.secret) as client:
            return await work(client)

    run(settings, asked, failure=NOT_DONE)


async def order(client: DeskClient, document: str, field: str, values: Mapping[str, object]) -> Payload:
    """Send a mutation's input, which gets an id so that it happens once (R5). Raises DeskError."""
    identified = {"id": str(uuid.uuid4()), **values}
    try:
        payload: Payload = (await client.query(document, {"input": identified}))[field]
    except OutcomeOpen as problem:
        raise OutcomeOpen(
            f"{problem}; it may have been done: send it again with --id {identified['id']}, and it happens once"
        ) from problem
    return payload


def say_refusals(payload: Payload) -> int:
    """Say on standard error why the desk refused, if it did; the exit code."""
    errors = payload["errors"]
    for error in errors:
        place = f", field {'.'.join(error['field'])}" if error["field"] else ""
        sys.stderr.write(f"papertape: {' '.join(error['message'].split())} ({error['code']}{place})\n")
    if any(error["code"] == ErrorCode.ACCOUNT_NOT_FOUND.value for error in errors):
        return NOT_DONE
    return 1 if errors else 0
