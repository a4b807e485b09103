"""A market's WebSocket: what goes wrong with it is MarketLost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidProxy, InvalidStatus, InvalidURI, SecurityError, WebSocketException
from websockets.uri import parse_uri

from api.errors import BadArgument
from api.feeds.feed import MarketLost, MarketRefused

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


@asynccontextmanager
async def market_socket(url: str, name: str) -> AsyncIterator[ClientConnection]:
    """A connection to a URL, which may hold a secret: errors say only its name. Raises MarketLost and MarketRefused."""
    try:
        async with await _connected(url, name) as socket:
            yield socket
    except InvalidStatus as problem:
        status = problem.response.status_code
        refusal = MarketRefused if status in _FORBIDDEN else MarketLost
        raise refusal(f"{name} answered {status}") from None
    except (OSError, TimeoutError, WebSocketException) as problem:
        raise MarketLost(f"the connection to {name} ended: {_reason(problem)}") from None


async def _connected(url: str, name: str) -> ClientConnection:
    try:
        return await connect(url, max_size=_LARGEST_MESSAGE)
    except _TELLING as problem:
        raise MarketLost(f"a connection to {name} cannot be made: {type(problem).__name__}") from None


def _reason(problem: Exception) -> str:
    return " ".join(str(problem).split()) or type(problem).__name__
