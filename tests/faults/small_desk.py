"""A served desk with one price, and what is sent to it and asked of it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.processes import Server, papertape, serving

ENABLE = """mutation { enable(input: { settings: { startingCapital: "100000000" } }) { errors { code } } }"""
INGEST = "mutation ($input: IngestBarsInput!) { ingestBars(input: $input) { applied duplicate errors { code } } }"
EXECUTE = "mutation ($input: ExecuteSignalInput!) { executeSignal(input: $input) { replayed errors { code } } }"
COUNT = "{ signals { totalCount } }"
A_BAR = {
    "symbol": "ACME",
    "start": "2024-03-01T14:30:00Z",
    "end": "2024-03-01T21:00:00Z",
    "open": "99",
    "high": "100.5",
    "low": "98.5",
    "close": "100",
    "volume": "90000",
}


def signal_json(number: int) -> dict[str, Any]:
    """The nth signal: a small one, so that there is room for tens of thousands."""
    levels = {"stopLoss": "95", "target1": "105", "quantity": "1"}
    return {"id": str(uuid.UUID(int=number)), "symbol": "ACME", "side": "LONG", **levels}


def ask(server: Server, document: str, input_: dict[str, Any] | None = None) -> dict[str, Any]:
    """The response to a document."""
    answer = server.http.post("/graphql", json={"query": document, "variables": {"input": input_}})
    whole: dict[str, Any] = answer.json()
    return whole


def send(server: Server, number: int) -> dict[str, Any]:
    return ask(server, EXECUTE, signal_json(number))


def done(*, replayed: bool = False) -> dict[str, Any]:
    """The answer to a signal that was taken."""
    return {"data": {"executeSignal": {"replayed": replayed, "errors": []}}}


def is_unavailable(answer: dict[str, Any]) -> bool:
    return [error["extensions"]["code"] for error in answer.get("errors", [])] == ["UNAVAILABLE"]


def readiness(server: Server) -> tuple[int, dict[str, bool]]:
    answer = server.http.get("/readyz")
    return answer.status_code, answer.json()


@contextmanager
def desk_at(url: str, folder: Path, *options: str) -> Iterator[Server]:
    """A server with an account and a price: ACME at 100."""
    with serving("--database-url", url, "--clock", "market", *options, folder=folder) as server:
        assert server.query(ENABLE) == {"enable": {"errors": []}}
        assert ask(server, INGEST, {"bars": [A_BAR]})["data"]["ingestBars"]["applied"] == 1
        yield server


def verified(url: str, folder: Path) -> None:
    result = papertape("verify", "--database-url", url, folder=folder)
    assert result.code == 0, result.out + result.err
