"""A feed of JSON lines, from standard input or a WebSocket: the door for every program that can print.

A line is a bar, `{"symbol": "AAPL", "start": "2024-01-02T14:30:00Z", "end": "2024-01-02T14:31:00Z", "open": 187.15,
"high": 187.2, "low": 187.1, "close": 187.18, "volume": 12300}`, sent once it is closed, or a quote, `{"symbol": "AAPL",
"time": "2024-01-02T14:31:07Z", "price": 187.2}`. Numbers may be texts; their digits are kept.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from difflib import get_close_matches
from json import JSONDecodeError
from types import TracebackType
from typing import Any, Self

from api.errors import BadArgument
from api.feeds.feed import ClosedBar, MarketEnded, MarketRefused, Unusable, Update, exact_json, read_bar, read_quote
from api.feeds.options import FeedOptions
from api.feeds.sockets import ANSWER_SECONDS, MarketSocket, require_socket_url
from api.feeds.standard_input import LONGEST_LINE, bounded_lines, standard_input
from domain.notation import read_time
from domain.validation import Invalid, is_symbol

_PRICES = ("open", "high", "low", "close")
_BAR = ("symbol", "start", "end", *_PRICES, "volume")
_QUOTE = ("symbol", "time", "price")
_SHOWN = 80
_BYTE_ORDER_MARK = "\ufeff"


class JsonLines:
    """Bars and quotes as lines, from standard input, or from a WebSocket's messages if there is a URL.

    `patience` is how many seconds the WebSocket is given to answer.
    """

    symbols: Sequence[str] = ()
    is_continuous = False

    def __init__(self, url: str | None, greeting: str | None = None, patience: float = ANSWER_SECONDS) -> None:
        self._socket = None if url is None else MarketSocket(url, "the WebSocket of the feed", patience)
        self._greeting = greeting
        self._opened: AsyncExitStack

    @classmethod
    def of(cls, options: FeedOptions) -> Self:
        """The feed of `url=wss://…`, and of `send=`, which it is greeted with; of standard input without a URL.

        Raises BadArgument.
        """
        url, greeting = options.text("url", ""), options.text("send", "")
        if not url and not options.has_input:
            raise BadArgument(
                "inside a server the feed json needs url=; lines of a program are piped into `papertape feed json`"
            )
        return cls(require_socket_url("url", url) if url else None, greeting or None)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opened:
            if self._socket is not None:
                await opened.enter_async_context(self._socket)
                if self._greeting:
                    await self._socket.send(self._greeting)
            self._opened = opened.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    async def history(self, symbol: str, since: Any) -> AsyncIterator[ClosedBar]:
        """Nothing: lines are not kept."""
        kept: Sequence[ClosedBar] = ()
        for bar in kept:
            yield bar

    async def live(self) -> AsyncIterator[Update]:
        """What the lines hold, one after the other."""
        async for line in _input_lines() if self._socket is None else _socket_lines(self._socket):
            if line is None:
                yield Unusable("", f"a line is longer than {LONGEST_LINE} bytes")
            elif line.strip():
                yield read_line(line)


async def _socket_lines(socket: MarketSocket) -> AsyncIterator[str]:
    async for message in socket:
        text = message if isinstance(message, str) else message.decode(errors="replace")
        for line in text.splitlines():
            yield line


async def _input_lines() -> AsyncIterator[str | None]:
    """The lines of standard input, None in place of each that is too long; MarketEnded after the last."""
    try:
        async for line in bounded_lines(standard_input()):
            yield None if line is None else line.decode(errors="replace")
    except OSError as problem:
        raise MarketRefused(f"standard input cannot be read: {problem.strerror}") from None
    raise MarketEnded("standard input has ended")


def read_line(line: str) -> Update:
    """The bar or quote of a line, or why it holds none."""
    try:
        found = exact_json(line.removeprefix(_BYTE_ORDER_MARK), _once)
        if not isinstance(found, dict):
            raise Invalid(f"a line is an object with a symbol, not {line[:_SHOWN]}", "line")
        return _read(found)
    except JSONDecodeError as problem:
        return Unusable("", f"the line is not JSON: {problem}, in {line[:_SHOWN]!r}")
    except (Invalid, ValueError, RecursionError) as problem:
        return Unusable("", f"{problem}, in {line[:_SHOWN]!r}")


def _once(members: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            raise Invalid(f"{ascii(name)[:_SHOWN]} is said twice", "line")
        found[name] = value
    return found


def _read(found: Mapping[str, Any]) -> Update:
    is_quote = "price" in found
    _require_known(found, _QUOTE if is_quote else _BAR, "quote" if is_quote else "bar")
    symbol = found.get("symbol")
    if not isinstance(symbol, str) or not is_symbol(symbol):
        raise Invalid("symbol must be a ticker", "symbol")
    if is_quote:
        return read_quote(symbol, read_time("time", _text(found, "time")), _text(found, "price"))
    start, end = (read_time(name, _text(found, name)) for name in ("start", "end"))
    figures: dict[str, str | None] = {name: _text(found, name) for name in _PRICES}
    volume = None if found.get("volume") in (None, "") else _text(found, "volume")
    return read_bar(symbol, start, end, {**figures, "volume": volume})


def _require_known(found: Mapping[str, Any], known: Sequence[str], what: str) -> None:
    """Nothing that a line says is passed over: a name that is misspelt would be a figure lost."""
    for name in found:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise Invalid(f"a {what} has no {ascii(name)[:_SHOWN]}" + (f": is it {near[0]}?" if near else ""), "line")


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise Invalid(f"{name} must be there, as a number or a text", name)
    return value
