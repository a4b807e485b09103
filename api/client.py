"""A client of the desk's GraphQL API, for feeds, commands and agents: bars in, signals in, questions."""

import asyncio
import ssl
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import httpx
import structlog

from api.errors import Code, PapertapeError
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.money import plain

log = structlog.get_logger(__name__)

_ANSWER = "applied duplicate late conflict fills rejected { index outcome code message } errors { code message }"
INGEST_BARS = f"mutation IngestBars($input: IngestBarsInput!) {{ ingestBars(input: $input) {{ {_ANSWER} }} }}"
INGEST_QUOTES = f"mutation IngestQuotes($input: IngestQuotesInput!) {{ ingestQuotes(input: $input) {{ {_ANSWER} }} }}"
LAST_BAR = """
query LastBar($symbol: String!) {
  bars(symbol: $symbol, first: 1) { nodes { start end open high low close volume } }
}
"""
EXECUTE_SIGNAL = """
mutation ExecuteSignal($input: ExecuteSignalInput!) {
  executeSignal(input: $input) { signal { status } position { id } replayed errors { code message } }
}
"""

_PATIENCE_SECONDS = 30.0
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
_PASSING_STATUS = frozenset({502, 503, 504})
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class DeskError(PapertapeError):
    """The server could not be reached, or did not do what it was asked to; one line says why."""


class DeskUnreachable(DeskError):
    """The request did not arrive: another may."""


class OutcomeOpen(DeskUnreachable):
    """The request may have arrived, and no answer came: what it asked for may have been done, or not."""


class _Lost(PapertapeError):
    """An attempt that never arrived, or, with `sent`, one whose outcome is unknown: worth another."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class RejectedBar:
    """A bar that was not applied: its place in what was sent, LATE, CONFLICT or INVALID, and why exactly (R7)."""

    index: int
    outcome: str
    code: str
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
    it is known to be `starting`. What is given up with its outcome unknown is an OutcomeOpen.
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
        self._shown = self._url.copy_with(username=None, password=None)
        self._pauses = pauses
        self._reached = starting
        # The certificates of all authorities take longer to read than a command takes: without TLS nobody is trusted.
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=patience,
            transport=transport,
            verify=True if self._url.scheme == "https" else nobody,
            trust_env=self._url.host not in LOOPBACK,
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
        return await self._ingest(INGEST_BARS, "ingestBars", {"bars": [bar_input(bar) for bar in bars]})

    async def ingest_quotes(self, quotes: Sequence[Quote]) -> IngestAnswer:
        """Send quotes, at most 5 000 (R6-R8)."""
        sent = [
            {"symbol": quote.symbol, "time": quote.time.isoformat(), "price": plain(quote.price)} for quote in quotes
        ]
        return await self._ingest(INGEST_QUOTES, "ingestQuotes", {"quotes": sent})

    async def last_bars(self, symbols: Sequence[str]) -> dict[str, Bar]:
        """The newest bars of symbols, of those that have any."""
        last: dict[str, Bar] = {}
        for symbol in symbols:
            bars = (await self.query(LAST_BAR, {"symbol": symbol}))["bars"]
            if bars is not None and bars["nodes"]:
                last[symbol] = _bar(symbol, bars["nodes"][0])
        return last

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
        """The data that a document answers with; it must be harmless to repeat. Any GraphQL error is a DeskError."""
        body = {"query": document, "variables": variables or {}}
        pauses, failure = iter(self._pauses), DeskUnreachable
        while True:
            try:
                return await self._attempt(body)
            except _Lost as lost:
                failure = OutcomeOpen if lost.sent else failure
                if not self._reached:
                    raise failure(str(lost)) from None
                pause = next(pauses, None)
                if pause is None:
                    raise failure(f"{lost} (tried {len(self._pauses) + 1} times)") from None
                log.warning("connection to the desk lost", reason=str(lost), again_in_seconds=pause)
                await asyncio.sleep(pause)

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
            sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            raise _Lost(f"cannot reach {self._shown}: {str(error) or type(error).__name__}", sent=sent) from None
        if response.status_code in _PASSING_STATUS:
            raise _Lost(f"{self._shown} is unavailable: it answered {response.status_code}", sent=True)
        self._reached = True
        return self._data(response)

    def _data(self, response: httpx.Response) -> Mapping[str, Any]:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not answer.keys() & {"data", "errors"}:
            raise DeskError(f"{self._shown} is no GraphQL server: it answered {response.status_code}")
        if errors := answer.get("errors"):
            _raise_first(errors)
        data: Mapping[str, Any] = answer["data"]
        return data


def refuse_errors(payload: Mapping[str, Any]) -> None:
    """Raise the first of a payload's errors, for mutations of which none is expected."""
    for error in payload["errors"]:
        raise DeskError(f"{error['message']} ({error['code']})")


def _raise_first(errors: Sequence[Mapping[str, Any]]) -> None:
    message = " ".join(str(errors[0].get("message", "no reason given")).split())
    code = (errors[0].get("extensions") or {}).get("code")
    if code == Code.UNAVAILABLE:
        raise _Lost(f"{message} ({code})", sent=True)
    if code == Code.UNAUTHENTICATED:
        raise DeskError(f"the server asks for its token: give it with --token, or as PAPERTAPE_TOKEN ({code})")
    raise DeskError(f"{message} ({code})" if code else message)


def _endpoint(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise DeskError(f"{_quoted(url)} is no URL: {error}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise DeskError(f"the server's URL must be like http://127.0.0.1:8000, not {_quoted(url)}")
    return parsed.copy_with(path="/graphql") if parsed.path == "/" else parsed


def _quoted(url: str) -> str:
    """What was given as a URL, unless a password may be in it."""
    return "what was given" if "@" in url else repr(url)


def bar_input(bar: Bar) -> dict[str, str | None]:
    """A bar as the API takes it."""
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


def _bar(symbol: str, node: Mapping[str, str | None]) -> Bar:
    start, end = (datetime.fromisoformat(str(node[name])) for name in ("start", "end"))
    open_, high, low, close = (Decimal(str(node[name])) for name in ("open", "high", "low", "close"))
    volume = None if node["volume"] is None else Decimal(str(node["volume"]))
    return Bar(symbol, start, end, open_, high, low, close, volume)
