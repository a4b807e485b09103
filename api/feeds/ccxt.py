"""Every exchange that ccxt speaks to: history over HTTP, live bars and tickers over WebSocket, with exact digits.

The socket only says when a bar has closed: the bar itself is fetched over HTTP, for what a socket tells of a bar may be
half of it, and in floats.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import ccxt
import ccxt.pro

from api.errors import BadArgument
from api.feeds.feed import ClosedBar, MarketLost, MarketRefused, Update, read_bar, read_quote
from api.feeds.options import FeedOptions

_FIGURES = ("open", "high", "low", "close", "volume")
_PAGE = 500
_SMALLEST_PAGE = 100
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_SLEEP = 5.0
_PATIENCE_SECONDS = 30.0
_LAST_WORDS_SECONDS = 0.05
_BELOW_ERRORS = 400
_FOR_GOOD = (ccxt.AuthenticationError, ccxt.BadSymbol, ccxt.BadRequest, ccxt.NotSupported, ccxt.PermissionDenied)
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)


class Ccxt:
    """A connection to an exchange of ccxt; its symbols are the desk's, such as BTC/USDT."""

    is_continuous = True

    def __init__(self, exchange: Any, symbols: Sequence[str], timeframe: str) -> None:
        self.symbols = symbols
        self.exchange = exchange
        self.exchange.on_rest_response = self._heard
        self.exchange.on_connected = self._note_connection
        self.patience = _PATIENCE_SECONDS
        self.longest_sleep = _LONGEST_SLEEP
        self._ahead: int | None = None
        self._updates: asyncio.Queue[Update | Exception]
        self._connected: asyncio.Future[None]
        self._tasks: list[asyncio.Task[None]] = []
        self._timeframe = timeframe
        self._length = int(exchange.parse_timeframe(timeframe) * 1000)

    @classmethod
    def of(cls, options: FeedOptions) -> Self:
        """The feed of `exchange=binance symbols=BTC/USDT,ETH/USDT interval=1m`. Raises BadArgument.

        `rest=` and `ws=` replace the hosts of the exchange, for a proxy of it or a stand-in.
        """
        name, timeframe = options.text("exchange"), str(options.interval())
        if name not in ccxt.pro.exchanges:
            raise BadArgument(f"ccxt has no exchange {name!r} with WebSockets")
        hosts = {"http": options.text("rest", ""), "ws": options.text("ws", "")}

        exchange = getattr(ccxt.pro, name)({"number": str, "enableRateLimit": True, "newUpdates": True})
        exchange.urls["api"] = _moved(exchange.urls["api"], hosts)
        if not exchange.has.get("fetchOHLCV"):
            raise BadArgument(f"{name} tells trades and no bars: make bars of them, and send them by the feed json")
        if timeframe not in (exchange.timeframes or {}):
            raise BadArgument(f"{name} has no bars of {timeframe}")
        return cls(exchange, options.symbols(), timeframe)

    async def __aenter__(self) -> Self:
        try:
            markets = await _asked(self.exchange.load_markets(not self.exchange.markets))
            if not markets:
                raise MarketLost(f"{self.exchange.id} told of no markets")
            if unknown := [symbol for symbol in self.symbols if symbol not in markets]:
                raise MarketRefused(f"{self.exchange.id} has no symbol {unknown[0]}")
            await self._now()
            await self._connect()
        except BaseException:
            await self._disconnect()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._disconnect()

    async def _connect(self) -> None:
        """Follow the symbols, and wait until the sockets that it takes are connected, for which ccxt has a bound."""
        self._updates = asyncio.Queue()
        self._connected = asyncio.get_running_loop().create_future()
        works = [self._follow_bars(symbol) for symbol in self.symbols]
        if self.exchange.has.get("watchTicker"):
            works += [self._follow_prices(symbol) for symbol in self.symbols]
        elif not self.exchange.has.get("watchOHLCV"):
            self._connected.set_result(None)
        self._tasks = [asyncio.create_task(self._until_it_ends(work)) for work in works]
        await self._connected

    async def _disconnect(self) -> None:
        if self._tasks:
            # What one connection ended with is told to all that wait for it, and is to be heard by all.
            await asyncio.wait(self._tasks, timeout=_LAST_WORDS_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self.exchange.close()

    def _note_connection(self, *_: object) -> None:
        """Called by ccxt for each socket that is connected."""
        if not self._connected.done() and all(client.isConnected for client in self.exchange.clients.values()):
            self._connected.set_result(None)

    async def _until_it_ends(self, work: Awaitable[None]) -> None:
        """Do a work, and hand on what it ends with to who waits for the connection or reads the updates."""
        try:
            await work
        except Exception as problem:  # noqa: BLE001 - handed on
            if self._connected.done():
                self._updates.put_nowait(problem)
            else:
                self._connected.set_exception(problem)

    async def history(self, symbol: str, since: datetime) -> AsyncIterator[ClosedBar]:
        """The bars of a symbol from a time on that are over by the exchange's own clock."""
        async for row in self._rows(symbol, _milliseconds(since), await self._now()):
            yield self._bar(symbol, row)

    async def _rows(self, symbol: str, start: int, until: int) -> AsyncIterator[Sequence[Any]]:
        """The bars that start at or after one time and end by another, in ms, as the exchange writes them."""
        while start + self._length <= until:
            rows = await _asked(self.exchange.fetch_ohlcv(symbol, self._timeframe, start, _PAGE))
            closed = [row for row in rows if start <= row[0] <= until - self._length]
            for row in sorted(closed, key=lambda row: row[0]):
                yield row
                start = row[0] + self._length
            if not closed:
                start += _SMALLEST_PAGE * self._length

    async def live(self) -> AsyncIterator[Update]:
        """Bars once they are closed, and tickers' last prices as quotes."""
        while not isinstance(update := await self._updates.get(), Exception):
            yield update
        raise update

    async def _follow_bars(self, symbol: str) -> None:
        reached: int | None = None
        while True:
            forming = await self._next_start(symbol)
            reached = forming - self._length if reached is None else reached
            if forming > reached:
                # The bar before comes again, for an exchange may have changed it after it had closed.
                async for row in self._rows(symbol, reached - self._length, forming):
                    self._updates.put_nowait(self._bar(symbol, row))
                    reached = max(reached, row[0] + self._length)

    async def _next_start(self, symbol: str) -> int:
        """When the bar began that is forming, in ms: told by the socket, or by the exchange's clock if it has none."""
        if self.exchange.has.get("watchOHLCV"):
            rows = await self._watched(self.exchange.watch_ohlcv(symbol, self._timeframe))
            return int(max(row[0] for row in rows))
        left = self._length - self._reckoned() % self._length
        await asyncio.sleep(min(left / 1000, self.longest_sleep))
        return await self._now() // self._length * self._length

    async def _watched(self, call: Awaitable[Any]) -> Any:
        """What a socket tells next; one that is silent for longer than a bar may have died unnoticed."""
        try:
            async with asyncio.timeout(self.patience + self._length / 1000):
                return await _asked(call)
        except TimeoutError:
            raise MarketLost(f"{self.exchange.id} has been silent for too long") from None

    async def _follow_prices(self, symbol: str) -> None:
        while True:
            ticker = await _asked(self.exchange.watch_ticker(symbol))
            if ticker.get("last") is not None:
                time = ticker.get("timestamp") or self._reckoned()
                self._updates.put_nowait(read_quote(symbol, _time(time), str(ticker["last"])))

    def _heard(
        self, status: int, _: str, url: str, __: str, headers: Mapping[str, str], body: str, *_rest: object
    ) -> str:
        """Take note of when an exchange answered that does not tell the time otherwise, and require JSON.

        ccxt would take a page of HTML, or nothing, for an empty list.
        """
        date = next((value for name, value in headers.items() if name.lower() == "date"), None)
        if date is not None and not self.exchange.has.get("fetchTime"):
            self._ahead = _milliseconds(parsedate_to_datetime(date)) - _steady()
        if status < _BELOW_ERRORS and not body.lstrip().startswith(("{", "[")):
            raise ccxt.ExchangeNotAvailable(f"{urlsplit(url).netloc}{urlsplit(url).path} answered with no JSON")
        return body

    async def _now(self) -> int:
        """The exchange's time in ms: as it tells it, or as its answers are dated; else this machine's."""
        if self.exchange.has.get("fetchTime"):
            self._ahead = int(await _asked(self.exchange.fetch_time())) - _steady()
        return self._reckoned()

    def _reckoned(self) -> int:
        """The exchange's time in ms as it was told last, carried on by a clock that nobody sets."""
        return int(self.exchange.milliseconds()) if self._ahead is None else _steady() + self._ahead

    def _bar(self, symbol: str, row: Sequence[Any]) -> ClosedBar:
        start = _time(row[0])
        figures = {name: None if value is None else str(value) for name, value in zip(_FIGURES, row[1:6], strict=False)}
        return read_bar(symbol, start, start + self._length * _MILLISECOND, figures)


def _moved(urls: Any, hosts: Mapping[str, str]) -> Any:
    """An exchange's addresses at other hosts, where one is given for their scheme."""
    if isinstance(urls, dict):
        return {name: _moved(url, hosts) for name, url in urls.items()}
    scheme, _, rest = str(urls).partition("://")
    host = hosts["ws" if scheme.startswith("ws") else "http"]
    return host.rstrip("/") + "".join(rest.partition("/")[1:]) if host else urls


async def _asked(call: Awaitable[Any]) -> Any:
    """What an exchange answers. Raises MarketRefused and MarketLost."""
    try:
        return await call
    except _FOR_GOOD as problem:
        raise MarketRefused(_said(problem)) from None
    except (ccxt.BaseError, OSError, TimeoutError) as problem:
        raise MarketLost(_said(problem)) from None
    except _UNREADABLE as problem:
        raise MarketLost(f"an answer has another form than ccxt knows: {type(problem).__name__}") from None


def _said(problem: Exception) -> str:
    return " ".join(str(problem).split())[:300] or type(problem).__name__


def _steady() -> int:
    return int(asyncio.get_running_loop().time() * 1000)


def _time(milliseconds: Any) -> datetime:
    return _EPOCH + int(milliseconds) * _MILLISECOND


def _milliseconds(time: datetime) -> int:
    return (time - _EPOCH) // _MILLISECOND
