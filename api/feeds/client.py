"""A client of the desk's GraphQL API, for feeds: bars in, signals in, questions."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx
import structlog

from api.errors import Code, PapertapeError
from domain.market.bar import Bar
from domain.money import plain

log = structlog.get_logger(__name__)

_ANSWER = "applied duplicate late conflict fills rejected { index outcome message } errors { code message }"
INGEST_BARS = f"mutation IngestBars($input: IngestBarsInput!) {{ ingestBars(input: $input) {{ {_ANSWER} }} }}"
EXECUTE_SIGNAL = """
mutation ExecuteSignal($input: ExecuteSignalInput!) {
  executeSignal(input: $input) { signal { status } position { id } replayed errors { code message } }
}
"""

_PATIENCE_SECONDS = 30.0
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
_PASSING_STATUS = frozenset({502, 503, 504})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class FeedError(PapertapeError):
    """The server could not be reached, or did not do what it was asked to; one line says why."""


class _Lost(PapertapeError):
    """An attempt whose outcome is unknown, or that never arrived: worth another."""


@dataclass(frozen=True, slots=True)
class RejectedBar:
    """A bar that was not applied: its place in what was sent, LATE, CONFLICT or INVALID, and why (R7)."""

    index: int
    outcome: str
    message: str


@dataclass(frozen=True, slots=True)
class IngestAnswer:
    """What became of the bars that were sent, and how many fills they caused."""

    applied: int
    duplicate: int
    late: int
    conflict: int
    fills: int
    rejected: tuple[RejectedBar, ...]


@dataclass(frozen=True, slots=True)
class SignalRefusal:
    """Why a signal was refused (R20)."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SignalAnswer:
    """What became of a signal; `status` is None where nothing could be stored, `replayed` says it was known (R5)."""

    status: str | None
    position_id: str | None
    replayed: bool
    refusals: tuple[SignalRefusal, ...]


class DeskClient:
    """An HTTP connection to one server; used with `async with`.

    An answer is waited for `patience` seconds. A request whose outcome is unknown is sent again, the same, after
    growing pauses: whatever is sent here is harmless to repeat. A server that never answered is not waited for, unless
    it is known to be `starting`.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        starting: bool = False,
        pauses: Sequence[float] = _PAUSES,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        self._url = _endpoint(url)
        self._pauses = pauses
        self._reached = starting
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=patience,
            transport=transport,
            trust_env=self._url.host not in _LOOPBACK,
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def ingest_bars(self, bars: Sequence[Bar]) -> IngestAnswer:
        """Send bars, at most 5 000 (R6-R8)."""
        return await self._ingest(INGEST_BARS, "ingestBars", {"bars": [_bar_input(bar) for bar in bars]})

    async def execute_signal(self, signal: Mapping[str, object]) -> SignalAnswer:
        """Send the input of `executeSignal`; without an id it gets one here, so that repeating is harmless (R5)."""
        identified = {"id": str(uuid.uuid4()), **signal}
        payload = (await self.query(EXECUTE_SIGNAL, {"input": identified}))["executeSignal"]
        return SignalAnswer(
            status=payload["signal"] and payload["signal"]["status"],
            position_id=payload["position"] and payload["position"]["id"],
            replayed=payload["replayed"],
            refusals=tuple(SignalRefusal(**error) for error in payload["errors"]),
        )

    async def query(self, document: str, variables: Mapping[str, object] | None = None) -> Mapping[str, Any]:
        """The data that a document answers with; it must be harmless to repeat. Any GraphQL error is a FeedError."""
        body = {"query": document, "variables": variables or {}}
        for pause in self._pauses:
            try:
                return await self._attempt(body)
            except _Lost as lost:
                if not self._reached:
                    raise FeedError(str(lost)) from None
                log.warning("connection to the desk lost", reason=str(lost), again_in_seconds=pause)
                await asyncio.sleep(pause)
        try:
            return await self._attempt(body)
        except _Lost as lost:
            raise FeedError(f"{lost} (tried {len(self._pauses) + 1} times)") from None

    async def _ingest(self, document: str, field: str, variables: Mapping[str, object]) -> IngestAnswer:
        payload = (await self.query(document, {"input": variables}))[field]
        refuse_errors(payload)
        return IngestAnswer(
            applied=payload["applied"],
            duplicate=payload["duplicate"],
            late=payload["late"],
            conflict=payload["conflict"],
            fills=payload["fills"],
            rejected=tuple(RejectedBar(**rejected) for rejected in payload["rejected"]),
        )

    async def _attempt(self, body: Mapping[str, object]) -> Mapping[str, Any]:
        try:
            response = await self._http.post(self._url, json=body)
        except httpx.TransportError as error:
            raise _Lost(f"cannot reach {self._url}: {str(error) or type(error).__name__}") from None
        if response.status_code in _PASSING_STATUS:
            raise _Lost(f"{self._url} is unavailable: it answered {response.status_code}")
        self._reached = True
        return self._data(response)

    def _data(self, response: httpx.Response) -> Mapping[str, Any]:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not answer.keys() & {"data", "errors"}:
            raise FeedError(f"{self._url} is no GraphQL server: it answered {response.status_code}")
        if errors := answer.get("errors"):
            _raise_first(errors)
        data: Mapping[str, Any] = answer["data"]
        return data


def refuse_errors(payload: Mapping[str, Any]) -> None:
    """Raise the first of a payload's errors, for mutations of which a feed expects none."""
    for error in payload["errors"]:
        raise FeedError(f"{error['message']} ({error['code']})")


def _raise_first(errors: Sequence[Mapping[str, Any]]) -> None:
    message = " ".join(str(errors[0].get("message", "no reason given")).split())
    code = (errors[0].get("extensions") or {}).get("code")
    if code == Code.UNAVAILABLE:
        raise _Lost(f"{message} ({code})")
    raise FeedError(f"{message} ({code})" if code else message)


def _endpoint(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise FeedError(f"{url!r} is no URL: {error}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise FeedError(f"the server's URL must be like http://127.0.0.1:8000, not {url!r}")
    return parsed.copy_with(path="/graphql") if parsed.path == "/" else parsed


def _bar_input(bar: Bar) -> dict[str, str | None]:
    return {
        "symbol": bar.symbol,
        "start": bar.start.isoformat(),
        "end": bar.end.isoformat(),
        "open": plain(bar.open),
        "high": plain(bar.high),
        "low": plain(bar.low),
        "close": plain(bar.close),
        "volume": None if bar.volume is None else plain(bar.volume),
    }
