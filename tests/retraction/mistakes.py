"""Wrong market data in random scenarios."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.strategies import OPENING, SYMBOLS, Record, Step, scenarios

PAUSES = [timedelta(0), timedelta(minutes=1), timedelta(days=200)]


@st.composite
def mistakes(draw: Any, longest: int = 30) -> tuple[list[Step], int, int, list[Record]]:
    """A scenario, where in it wrong data of a symbol comes, where that is retracted, and the data."""
    scenario = draw(scenarios(longest=longest))
    signals = [place for place, (method, _) in enumerate(scenario, start=1) if method == "execute_signal" and place > 3]
    mistake_at = draw(st.sampled_from(signals or [len(scenario)]) | st.integers(3, len(scenario)))
    retracted_at = draw(st.integers(mistake_at, min(len(scenario), mistake_at + 4)))
    before = scenario[:mistake_at]
    data = [
        update for _, step in before for update in step.get("batch", []) if _end(update) < OPENING + timedelta(days=300)
    ]
    signalled = [step["signal"]["symbol"] for _, step in before if "signal" in step]
    symbol = draw(st.sampled_from(signalled[-2:] or ["AAPL"]))
    start = max([OPENING, *map(_end, data)]) + draw(st.sampled_from(PAUSES))
    return scenario, mistake_at, retracted_at, _wrong(draw, symbol, start, _last_price(symbol, data))


def _wrong(draw: Any, symbol: str, start: Any, last: Decimal) -> list[Record]:
    tick = SYMBOLS[symbol][2]
    price = max(tick, last * draw(st.integers(990, 1_010)) / 1000 // tick * tick)
    high = price + tick * draw(st.integers(0, 2))
    prices = {"open": price, "high": high, "low": price, "close": high}
    bar = {"symbol": symbol, "start": start, "end": start + timedelta(minutes=30), **prices, "volume": Decimal(9)}
    quote = {"symbol": symbol, "time": start + timedelta(hours=1), "price": price}
    kinds: list[list[Record]] = [[bar], [quote], [bar, quote]]
    return kinds[draw(st.integers(0, 2))]


def _last_price(symbol: str, data: list[Record]) -> Decimal:
    prices = [
        update["price"] if "price" in update else update["close"] for update in data if update["symbol"] == symbol
    ]
    price: Decimal = prices[-1] if prices else SYMBOLS[symbol][1]
    return price


def _end(item: Record) -> Any:
    return item["time"] if "time" in item else item["end"]


def since_of(data: list[Record]) -> Any:
    return min(update["time"] if "time" in update else update["start"] for update in data)
