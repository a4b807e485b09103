"""What a feed is: a market that bars and quotes come from, whatever program speaks to it."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Protocol, Self

from api.codec.field_names import api_message
from api.errors import PapertapeError
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.notation import print_time, read_number, with_prices_read
from domain.validation import Invalid


class MarketLost(PapertapeError):
    """The market cannot be reached, or its connection ended: worth another attempt."""


class MarketRefused(PapertapeError):
    """The market will not do what it is asked, however often: wrong credentials, no such symbol."""


class MarketEnded(PapertapeError):
    """The market has nothing more to send, ever."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """What a market sent of a symbol that is no bar or quote, and why."""

    symbol: str
    reason: str


@dataclass(frozen=True, slots=True)
class MarketClosed:
    """The market says that it is closed, and until when if it knows: until then, bars do not mean that it is open."""

    opens: datetime | None = None


@dataclass(frozen=True, slots=True)
class MarketOpened:
    """The market says that it is open."""


ClosedBar = Bar | Unusable
Hours = MarketClosed | MarketOpened
Update = Bar | Quote | Unusable | Hours


class Feed(Protocol):
    """A market to connect to with `async with`, again and again.

    `async with` waits until the market has answered, and not for ever: a feed that was entered is live as soon as its
    history is sent. What goes wrong at the market is MarketLost or MarketRefused; anything else is a fault of the feed.
    """

    @property
    def symbols(self) -> Sequence[str]:
        """The desk's names of what it brings."""
        ...

    @property
    def is_continuous(self) -> bool:
        """Whether the market trades round the clock, so that a bar which is not there is missing."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def history(self, symbol: str, since: datetime) -> AsyncIterator[ClosedBar]:
        """The closed bars of a symbol that start at or after a time, the oldest first; none if it keeps no history."""
        ...

    def live(self) -> AsyncIterator[Update]:
        """What happens from now on: bars once they are closed, and quotes. It ends with MarketLost."""
        ...


def exact_json(text: str | bytes, members: Callable[[list[tuple[str, Any]]], object] = dict) -> Any:
    """JSON whose numbers stay the texts that they are; objects are made of their members. Raises ValueError."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=members)


def read_bar(symbol: str, start: datetime, end: datetime, figures: Mapping[str, str | None]) -> ClosedBar:
    """A bar of the figures `open`, `high`, `low`, `close` and `volume` as they are written, or why there is none."""
    try:
        numbers = {name: _number(name, text) for name, text in figures.items()}
        return Bar(symbol=symbol, start=start, end=end, **with_prices_read(Bar, numbers))
    except Invalid as problem:
        return Unusable(symbol, f"the bar from {print_time(start)}: {api_message(problem.message)}")


def _number(name: str, text: str | None) -> Decimal | None:
    if text is None and name != "volume":
        raise Invalid(f"{name} is missing", name)
    return None if text is None else read_number(name, text)


def read_quote(symbol: str, time: datetime, price: str) -> Quote | Unusable:
    """A quote of a price as it is written, or why there is none."""
    try:
        return Quote(symbol, time, **with_prices_read(Quote, {"price": read_number("price", price)}))
    except Invalid as problem:
        return Unusable(symbol, f"the price at {print_time(time)}: {api_message(problem.message)}")
