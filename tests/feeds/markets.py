"""Markets on a clock of their own, which speak the documented protocols of exchanges on this machine."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.market.bar import Bar
from domain.money import plain
from tests.api.serving import Server

OPENING = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(milliseconds=1)


class ToyMarket:
    """Bars of a minute of some symbols, made by arithmetic, with many places; time passes when it is told to.

    The next answers over HTTP can be told to be bad: a status, "html", "other" or "nothing" (and None a good one).
    Minutes can be missing, and the volume of one can be changed after it has closed. Trading is interrupted once.
    """

    def __init__(self, symbols: Sequence[str], opening: datetime = OPENING) -> None:
        self.symbols = symbols
        self.opening = self.now = opening
        self.break_in_trading = opening + 365 * _DAY, opening + 366 * _DAY
        self.minutes = 0
        self.bad_answers: list[int | str | None] = []
        self.missing: set[int] = set()
        self.changed: dict[int, Decimal] = {}
        self.streams: list[set[str]] = []
        self._sockets: list[asyncio.Queue[Any]] = []

    def bar(self, symbol: str, number: int) -> Bar:
        """A closed bar, of so many minutes after the opening."""
        base = Decimal("100.01020304") + Decimal(number % 37) + Decimal(self.symbols.index(symbol))
        close, start = base + Decimal("0.12345678"), self.opening + number * MINUTE
        prices = {"open": base, "high": base + Decimal("0.5"), "low": base - Decimal("0.00000001"), "close": close}
        volume = self.changed.get(number, Decimal(f"{number}.00000001"))
        return Bar(symbol=symbol, start=start, end=start + MINUTE, **prices, volume=volume)

    def bars(self, symbol: str) -> list[Bar]:
        """All that have closed."""
        return [self.bar(symbol, number) for number in range(self.minutes) if number not in self.missing]

    def pass_time(self, minutes: int = 1) -> None:
        """Let minutes pass, and tell all who are connected."""
        for _ in range(minutes):
            number = self.minutes
            self.minutes += 1
            self.now += MINUTE
            for socket in self._sockets:
                socket.put_nowait(number)

    def tell(self, message: object) -> None:
        """Send a message of the protocol to all who are connected."""
        for socket in self._sockets:
            socket.put_nowait(message)

    def drop(self) -> None:
        """End all connections."""
        for socket in self._sockets:
            socket.put_nowait(None)

    @asynccontextmanager
    async def listening(self, streams: set[str]) -> AsyncIterator["asyncio.Queue[Any]"]:
        """What happens while somebody is connected: numbers of bars, messages, and None once it must end."""
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self._sockets.append(queue)
        self.streams.append(streams)
        try:
            yield queue
        finally:
            self._sockets.remove(queue)
            self.streams.remove(streams)

    @property
    def followed(self) -> set[str]:
        """The streams that somebody follows now."""
        return {name for streams in self.streams for name in streams}

    def dated(self, content: object) -> Response:
        """An answer over HTTP, at the market's time."""
        return Response(with_numbers(content), media_type="application/json", headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"date": format_datetime(self.now, usegmt=True)}

    def answer(self, content: object) -> Response:
        """An answer over HTTP, or the bad one that is due."""
        headers = self._headers
        match self.bad_answers.pop(0) if self.bad_answers else None:
            case None:
                return self.dated(content)
            case "html":
                return HTMLResponse("<h1>Welcome</h1>", headers=headers)
            case "other":
                return JSONResponse({"bars": [7], "candles": None}, headers=headers)
            case "nothing":
                return Response(headers=headers)
            case status:
                return JSONResponse({"message": "not now"}, status_code=int(str(status)), headers=headers)


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """A server on a free port which leaves the date to its application; its address."""
    config = uvicorn.Config(app, log_level="critical", lifespan="off", date_header=False, timeout_graceful_shutdown=1)
    async with Server(config).running() as address:
        yield address


Answer = tuple[object, Iterable[str]]


async def hold(
    socket: WebSocket,
    market: ToyMarket,
    messages: Callable[[Any, set[str]], Iterable[object]],
    asked: Callable[[Any], Answer] | None = None,
    streams: Iterable[str] = (),
) -> None:
    """Send what happens to a client until the market or the client ends it.

    `asked` says how what the client sends is answered, and which streams it asks for.
    """
    followed = set(streams)

    async def listen() -> None:
        with suppress(WebSocketDisconnect):
            while True:
                received = await socket.receive_json()
                if asked is not None:
                    answer, names = asked(received)
                    await socket.send_json(answer)
                    followed.update(names)

    async with market.listening(followed) as happening:
        listening = asyncio.create_task(listen())
        while not listening.done():
            taking = asyncio.create_task(happening.get())
            await asyncio.wait({taking, listening}, return_when=asyncio.FIRST_COMPLETED)
            if not taking.done() or taking.result() is None:
                taking.cancel()
                break
            for message in messages(taking.result(), followed):
                await socket.send_text(message if isinstance(message, str) else json.dumps(message))
        if not listening.done():
            listening.cancel()
            await socket.close(1012)


def figure(number: Decimal | None) -> str:
    """A number for `with_numbers`."""
    return f"#{plain(number or Decimal(0))}#"


def with_numbers(content: object) -> str:
    """JSON whose figures are numbers, with all their digits, which `json.dumps` would write through a float."""
    return json.dumps(content).replace('"#', "").replace('#"', "")


def forming(market: ToyMarket, symbol: str) -> Bar:
    """The bar that has begun: half of what it will be."""
    bar = market.bar(symbol, market.minutes)
    return Bar(symbol, bar.start, bar.end, bar.open, bar.open, bar.open, bar.open, Decimal("0.5"))
