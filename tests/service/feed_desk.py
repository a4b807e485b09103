"""A small server that speaks the part of the API that feeds use, and remembers what it was sent."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import uvicorn
from graphql import build_schema, graphql
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

SCHEMA = build_schema(
    """
    scalar Decimal
    scalar DateTime
    scalar UUID
    enum Side { LONG SHORT }
    enum SignalStatus { WORKING EXECUTED REJECTED CANCELLED EXPIRED }
    enum InputOutcome { LATE CONFLICT INVALID }
    type UserError { code: String!  message: String! }
    enum RejectionCode { LATE CONFLICT INVALID_INPUT IN_THE_FUTURE OUT_OF_RANGE }
    type RejectedInput { index: Int!  outcome: InputOutcome!  code: RejectionCode!  message: String! }
    type IngestPayload {
      applied: Int!  duplicate: Int!  late: Int!  conflict: Int!  fills: Int!
      rejected: [RejectedInput!]!  errors: [UserError!]!
    }
    type Account { enabled: Boolean! }
    type EnablePayload { account: Account  errors: [UserError!]! }
    type Signal { signalId: UUID!  status: SignalStatus! }
    type Position { id: ID! }
    type ExecuteSignalPayload { signal: Signal  position: Position  errors: [UserError!]!  replayed: Boolean! }
    type Quote { symbol: String!  price: Decimal!  time: DateTime! }
    input EnableInput { account: String! = "default" }
    input BarInput {
      symbol: String!  start: DateTime!  end: DateTime!
      open: Decimal!  high: Decimal!  low: Decimal!  close: Decimal!  volume: Decimal
    }
    input IngestBarsInput { bars: [BarInput!]! }
    input ExecuteSignalInput {
      account: String! = "default"  id: UUID  symbol: String!  side: Side  timeframe: String  source: String
      timestamp: DateTime  stopLoss: Decimal  target1: Decimal  target2: Decimal  riskPercent: Decimal
      stopDistance: Decimal  target1R: Decimal  target2R: Decimal
      breakEvenAfterTarget1: Boolean  expiresAt: DateTime
    }
    type Query {
      account(name: String! = "default"): Account
      quotes(symbols: [String!]): [Quote!]!
      failing: Int
    }
    type Mutation {
      enable(input: EnableInput! = {}): EnablePayload!
      ingestBars(input: IngestBarsInput!): IngestPayload!
      executeSignal(input: ExecuteSignalInput!): ExecuteSignalPayload!
    }
    """
)


@dataclass
class FeedDesk:
    """The fake desk: R5 for signals, R7 for bars; `enabled` is None while there is no account."""

    enabled: bool | None = None
    refusal: str | None = None
    batches: list[list[str]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    bars: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    last: dict[str, dict[str, str]] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    signals: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: list[str | None] = field(default_factory=list)
    signalled: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/graphql", self._serve, methods=["POST"])])

    def transport(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(self.app())

    async def _serve(self, request: Request) -> JSONResponse:
        body = await request.json()
        self.tokens.append(request.headers.get("authorization"))
        result = await graphql(SCHEMA, body["query"], root_value=self._root(), variable_values=body["variables"])
        return JSONResponse(result.formatted)

    def _root(self) -> dict[str, Any]:
        return {
            "account": lambda _info, name: None if self.enabled is None else {"enabled": self.enabled},
            "quotes": lambda _info, symbols: [{"symbol": s, **self.last[s]} for s in symbols if s in self.last],
            "failing": self._fail,
            "enable": self._enable,
            "ingestBars": lambda _info, **given: self._ingest(given["input"]["bars"]),
            "executeSignal": lambda _info, **given: self._execute(given["input"]),
        }

    def _fail(self, _info: object) -> int:
        raise ValueError("the first line\nand the second")

    def _enable(self, _info: object, **_given: Any) -> dict[str, Any]:
        self.enabled = True
        return {"account": {"enabled": True}, "errors": []}

    def _ingest(self, bars: list[dict[str, str]]) -> dict[str, Any]:
        if len(bars) > 5_000:
            return {**_answer([]), "errors": [{"code": "INVALID_INPUT", "message": "at most 5000 bars"}]}
        self.batches.append([bar["start"] for bar in bars])
        return _answer([self._apply(bar) for bar in bars])

    def _apply(self, bar: dict[str, str]) -> str:
        known = self.bars.get((bar["symbol"], bar["start"]))
        if known is not None:
            return "DUPLICATE" if known == bar else "CONFLICT"
        if self._is_late(bar):
            return "LATE"
        self.bars[bar["symbol"], bar["start"]] = bar
        self.ends[bar["symbol"]] = bar["end"]
        self.last[bar["symbol"]] = {"price": bar["close"], "time": bar["end"]}
        self.sent.append(f"{bar['symbol']} {bar['end'][:10]}")
        return "APPLIED"

    def _is_late(self, bar: dict[str, str]) -> bool:
        end = self.ends.get(bar["symbol"])
        return end is not None and datetime.fromisoformat(bar["start"]) < datetime.fromisoformat(end)

    def _execute(self, given: dict[str, Any]) -> dict[str, Any]:
        self.signalled.set()
        known = self.signals.get(given["id"])
        if known is not None:
            return {**known, "replayed": True}
        refused = [{"code": self.refusal, "message": f"refused: {self.refusal}"}] if self.refusal else []
        self.signals[given["id"]] = {
            "signal": {"signalId": given["id"], "status": "REJECTED" if refused else "EXECUTED"},
            "position": None if refused else {"id": f"position-{len(self.signals) + 1}"},
            "errors": refused,
            "replayed": False,
        }
        self.sent.append(f"{given['symbol']} {given['timestamp'][:10]} {given.get('side')}")
        return self.signals[given["id"]]


def _answer(outcomes: Sequence[str]) -> dict[str, Any]:
    return {
        "applied": outcomes.count("APPLIED"),
        "duplicate": outcomes.count("DUPLICATE"),
        "late": outcomes.count("LATE"),
        "conflict": outcomes.count("CONFLICT"),
        "fills": 0,
        "rejected": [
            {"index": index, "outcome": outcome, "code": outcome, "message": f"{outcome.lower()} bar"}
            for index, outcome in enumerate(outcomes)
            if outcome in ("LATE", "CONFLICT")
        ],
        "errors": [],
    }


@asynccontextmanager
async def served(desk: FeedDesk) -> AsyncIterator[str]:
    """The desk on a port of its own; yields its URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(desk.app(), log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()


class LossyTransport(httpx.AsyncBaseTransport):
    """A connection that is lost at the requests whose numbers are given: before they arrive, or with their answers."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, *, refused: Iterable[int] = (), unanswered: Iterable[int] = ()
    ) -> None:
        self.inner = inner
        self.refused = frozenset(refused)
        self.unanswered = frozenset(unanswered)
        self.requests = 0
        self.lost = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        number = self.requests
        if number in self.refused:
            self.lost.set()
            raise httpx.ConnectError("All connection attempts failed")
        response = await self.inner.handle_async_request(request)
        if number in self.unanswered:
            self.lost.set()
            raise httpx.ReadError("connection reset")
        return response
