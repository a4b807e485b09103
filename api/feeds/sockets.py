"""A market's WebSocket: what goes wrong with it is MarketLost or MarketRefused."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Literal, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosedOK,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
    SecurityError,
    WebSocketException,
)
from websockets.uri import parse_uri

from api.client import LOOPBACK
from api.errors import BadArgument
from api.feeds.feed import MarketLost, MarketRefused

ANSWER_SECONDS = 10.0
"""How long a market is given to answer who connects to it."""
_LARGEST_MESSAGE = 4 * 1024 * 1024
_FORBIDDEN = (401, 403)
_TELLING = (InvalidURI, InvalidProxy, SecurityError, ValueError)
"""What quotes the address in its words."""


def require_socket_url(key: str, url: str) -> str:
    """The address of a WebSocket as an option has it. Raises BadArgument, which does not quote it: it may be secret."""
    try:
        parse_uri(url)
    except InvalidURI as problem:
        reason = problem.msg
    except ValueError:
        reason = "its host or port is none"
    else:
        return url
    raise BadArgument(f"{key}= must be like wss://example.com/bars or ws://127.0.0.1:9000: {reason}")


class MarketSocket:
    """A connection to a URL, which may hold a secret: errors say only its name. `async with` makes it, and `async for`
    tells what the market sends until it ends the connection in order.

    What goes wrong is MarketLost, and MarketRefused where the market does not let one in.
    """

    def __init__(self, url: str, name: str, patience: float = ANSWER_SECONDS) -> None:
        self._url = url
        self._name = name
        self._patience = patience
        self._socket: ClientConnection

    async def __aenter__(self) -> Self:
        with _told(self._name):
            async with answered(self._name, self._patience):
                self._socket = await self._connected()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    async def send(self, text: str) -> None:
        """Send a message."""
        with _told(self._name):
            await self._socket.send(text)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str | bytes:
        with _told(self._name):
            try:
                return await self._socket.recv()
            except ConnectionClosedOK:
                raise StopAsyncIteration from None

    async def _connected(self) -> ClientConnection:
        try:
            proxy: Literal[True] | None = None if parse_uri(self._url).host in LOOPBACK else True
            return await connect(self._url, max_size=_LARGEST_MESSAGE, open_timeout=None, proxy=proxy)
        except _TELLING as problem:
            raise MarketLost(f"a connection to {self._name} cannot be made: {type(problem).__name__}") from None


@asynccontextmanager
async def answered(name: str, seconds: float) -> AsyncIterator[None]:
    """Wait for what a market answers, but no longer. Raises MarketLost."""
    try:
        async with asyncio.timeout(seconds) as bound:
            yield
    except TimeoutError:
        # A connection that the system gives up is a TimeoutError as well.
        if not bound.expired():
            raise
        raise MarketLost(f"{name} did not answer within {seconds:g} s") from None


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except InvalidStatus as problem:
        status = problem.response.status_code
        refusal = MarketRefused if status in _FORBIDDEN else MarketLost
        raise refusal(f"{name} answered {status}") from None
    except (OSError, TimeoutError, WebSocketException) as problem:
        raise MarketLost(f"the connection to {name} ended: {_reason(problem)}") from None


def _reason(problem: Exception) -> str:
    return " ".join(str(problem).split()) or type(problem).__name__
