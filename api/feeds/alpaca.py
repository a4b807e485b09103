"""Stocks and crypto of Alpaca: history over HTTP, minutes and trades over its WebSocket, with every digit kept.

Sources: docs.alpaca.markets, "Historical stock data", "Real-time stock data", "Crypto pricing data". The key and its
secret come from the environment, as Alpaca's own programs read them: APCA_API_KEY_ID and APCA_API_SECRET_KEY.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.errors import BadArgument
from api.feeds.feed import (
    ClosedBar,
    Hours,
    MarketClosed,
    MarketLost,
    MarketOpened,
    MarketRefused,
    Unusable,
    Update,
    exact_json,
    read_bar,
    read_quote,
)
from api.feeds.options import FeedOptions
from api.feeds.sockets import ANSWER_SECONDS, MarketSocket, answered
from domain.notation import read_time
from domain.validation import Invalid

_DATA = "https://data.alpaca.markets"
_STREAM = "wss://stream.data.alpaca.markets"
_TRADING = "https://paper-api.alpaca.markets"
_MINUTE = timedelta(minutes=1)
_PAGE = 10_000
_PATIENCE_SECONDS = 30.0
_REFUSED_FOR_GOOD = frozenset({400, 401, 402, 403, 404, 422})
_FIGURES = {"open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}
_ERRORS_FOR_GOOD = frozenset({"400", "401", "402", "404", "405", "409", "410", "411"})


class AlpacaKey(BaseSettings):
    """The credentials, from the environment."""

    model_config = SettingsConfigDict(env_prefix="APCA_API_", extra="ignore", hide_input_in_errors=True)

    key_id: SecretStr | None = None
    secret_key: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class _Addresses:
    data: str = _DATA
    stream: str = _STREAM
    trading: str = _TRADING


class Alpaca:
    """A connection to Alpaca's market data of stocks, or of crypto.

    `patience` is how many seconds its stream is given to answer; `rest` passes at least before its trading clock, which
    says when the market closes or opens next, is asked again.
    """

    patience = ANSWER_SECONDS
    rest = 5.0

    def __init__(
        self, symbols: Sequence[str], market: str, source: str, key: tuple[str, str], addresses: _Addresses
    ) -> None:
        self.symbols = symbols
        self.is_continuous = market == "crypto"
        self._source = source
        self._key = key
        self._addresses = addresses
        self._http: httpx.AsyncClient
        self._stream: MarketSocket
        self._opened: AsyncExitStack

    @classmethod
    def of(cls, options: FeedOptions) -> Self:
        """The feed of `symbols=`, `market=stocks|crypto`, `source=iex|sip|delayed_sip|test`. Raises BadArgument."""
        symbols = options.symbols()
        market, source = options.choice("market", ["stocks", "crypto"]), options.text("source", "iex")
        addresses = _Addresses(
            options.text("data", _DATA), options.text("stream", _STREAM), options.text("trading", _TRADING)
        )
        credentials = AlpacaKey()
        if credentials.key_id is None or credentials.secret_key is None:
            raise BadArgument("the feed alpaca needs APCA_API_KEY_ID and APCA_API_SECRET_KEY in the environment")
        key = credentials.key_id.get_secret_value(), credentials.secret_key.get_secret_value()
        return cls(symbols, market, source, key, addresses)

    async def __aenter__(self) -> Self:
        headers = {"APCA-API-KEY-ID": self._key[0], "APCA-API-SECRET-KEY": self._key[1]}
        path = "/v1beta3/crypto/us" if self.is_continuous else f"/v2/{self._source}"
        async with AsyncExitStack() as opened:
            client = httpx.AsyncClient(headers=headers, timeout=_PATIENCE_SECONDS)
            self._http = await opened.enter_async_context(client)
            stream = MarketSocket(self._addresses.stream + path, "Alpaca", self.patience)
            self._stream = await opened.enter_async_context(stream)
            await self._subscribe()
            self._opened = opened.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    async def history(self, symbol: str, since: datetime) -> AsyncIterator[ClosedBar]:
        """The minutes of a symbol from a time on that are over by Alpaca's own clock."""
        path = "/v1beta3/crypto/us/bars" if self.is_continuous else "/v2/stocks/bars"
        asked = {"symbols": symbol, "timeframe": "1Min", "start": since.isoformat(), "limit": str(_PAGE)}
        if not self.is_continuous:
            asked |= {"adjustment": "raw", "feed": "iex" if self._source == "test" else self._source}
        token: str | None = ""
        while token is not None:
            answer, now = await self._ask(
                self._addresses.data + path, {**asked, **({"page_token": token} if token else {})}
            )
            for row in _rows(answer, symbol):
                bar = _bar(symbol, row)
                if isinstance(bar, Unusable) or bar.end <= now:
                    yield bar
            token = answer.get("next_page_token")

    async def live(self) -> AsyncIterator[Update]:
        """Minutes as they close, and once more where late trades changed them; trades as quotes.

        Whether the market is open is said first, and whenever it closes or opens.
        """
        now = asyncio.get_running_loop().time
        change = None if self.is_continuous else now()
        while True:
            try:
                async with asyncio.timeout_at(change):
                    message = await anext(self._stream)
            except StopAsyncIteration:
                return
            except TimeoutError:
                hours, seconds = await self._hours()
                change = now() + max(seconds, self.rest)
                yield hours
            else:
                for item in _items(message):
                    if (update := _update(item)) is not None:
                        yield update

    async def _subscribe(self) -> None:
        await self._stream.send(json.dumps({"action": "auth", "key": self._key[0], "secret": self._key[1]}))
        async with answered("Alpaca", self.patience):
            await _answer(self._stream, "authenticated")
        wanted = dict.fromkeys(("bars", "updatedBars", "trades"), self.symbols)
        await self._stream.send(json.dumps({"action": "subscribe", **wanted}))

    async def _hours(self) -> tuple[Hours, float]:
        """Whether the market is open by Alpaca's trading clock, and for how many seconds that stays so."""
        answer, _ = await self._ask(f"{self._addresses.trading}/v2/clock", {})
        is_open = answer.get("is_open") is True
        try:
            now, change = (
                read_time(name, str(answer.get(name))).astimezone(UTC)
                for name in ("timestamp", "next_close" if is_open else "next_open")
            )
        except Invalid as problem:
            raise MarketLost(f"Alpaca's clock: {problem}") from None
        return MarketOpened() if is_open else MarketClosed(change), (change - now).total_seconds()

    async def _ask(self, url: str, asked: Mapping[str, str]) -> tuple[Mapping[str, Any], datetime]:
        """What Alpaca answers, and what time it is there."""
        try:
            response = await self._http.get(url, params=asked)
        except httpx.TransportError as problem:
            raise MarketLost(f"cannot reach Alpaca: {problem or type(problem).__name__}") from None
        if response.status_code in _REFUSED_FOR_GOOD:
            raise MarketRefused(f"Alpaca answered {response.status_code}: {_message(response)}")
        if response.status_code != httpx.codes.OK:
            raise MarketLost(f"Alpaca answered {response.status_code}")
        try:
            answer = exact_json(response.content)
            now = datetime.strptime(response.headers["date"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
        except (ValueError, KeyError):
            raise MarketLost("Alpaca answered with no JSON, or without a date") from None
        if not isinstance(answer, dict):
            raise MarketLost("Alpaca answered with no object")
        return answer, now


def _rows(answer: Mapping[str, Any], symbol: str) -> Sequence[Mapping[str, Any]]:
    bars = answer.get("bars") or {}
    rows = (bars.get(symbol) if isinstance(bars, dict) else bars) or ()
    if not isinstance(bars, dict) or not all(isinstance(row, dict) for row in rows):
        raise MarketLost(f"Alpaca answered with something else than bars of {symbol}")
    return rows


def _message(response: httpx.Response) -> str:
    try:
        return str(response.json().get("message", "it does not say why"))[:200]
    except (ValueError, AttributeError):
        return "it does not say why"


async def _answer(stream: MarketSocket, wanted: str) -> None:
    """Wait until the stream says that something succeeded. Raises MarketRefused and MarketLost."""
    async for message in stream:
        for item in _items(message):
            _update(item)
            if item.get("T") == "success" and item.get("msg") == wanted:
                return
    raise MarketLost("Alpaca ended the stream before it began")


def _items(message: str | bytes) -> Sequence[Mapping[str, Any]]:
    try:
        found = exact_json(message)
    except ValueError:
        raise MarketLost("Alpaca sent something that is no JSON") from None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _update(item: Mapping[str, Any]) -> Update | None:
    """What an item of the stream says; None if nothing of the market. Raises MarketRefused and MarketLost."""
    match item.get("T"):
        case "b" | "u":
            return _bar(str(item.get("S")), item)
        case "t":
            return _trade(str(item.get("S")), item)
        case "c":
            return _taken_back(item, f"a trade at {item.get('op')} was corrected to {item.get('cp')}")
        case "x":
            return _taken_back(item, f"a trade at {item.get('p')} was cancelled")
        case "error":
            refusal = MarketRefused if str(item.get("code")) in _ERRORS_FOR_GOOD else MarketLost
            raise refusal(f"Alpaca's stream: {str(item.get('msg'))[:200]} ({item.get('code')})")
        case _:
            return None


def _bar(symbol: str, row: Mapping[str, Any]) -> ClosedBar:
    figures = {name: None if row.get(key) is None else str(row[key]) for name, key in _FIGURES.items()}
    try:
        start = _time(row)
    except Invalid as problem:
        return Unusable(symbol, str(problem))
    return read_bar(symbol, start, start + _MINUTE, figures)


def _trade(symbol: str, item: Mapping[str, Any]) -> Update:
    try:
        return read_quote(symbol, _time(item), str(item.get("p")))
    except Invalid as problem:
        return Unusable(symbol, str(problem))


def _taken_back(item: Mapping[str, Any], what: str) -> Unusable:
    return Unusable(str(item.get("S")), f"{what}; the desk keeps the price that it was told")


def _time(row: Mapping[str, Any]) -> datetime:
    return read_time("t", str(row.get("t"))).astimezone(UTC)
