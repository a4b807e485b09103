"""R7: market data that was wrong is taken back where nothing was decided by it, and is as if it had never been."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from tests.domain.driving import update_of
from tests.domain.retracting import RetractingDesk, Told
from tests.domain.test_against_model import differences
from tests.model import Desk as Model
from tests.strategies import OPENING, SYMBOLS, WALL, Record, Step, stories

PAUSES = [timedelta(0), timedelta(minutes=1), timedelta(days=200)]


@st.composite
def mistakes(draw: Any, longest: int = 30) -> tuple[list[Step], int, int, list[Record]]:
    """A story, the wrong data of a symbol, where in the story it comes, and where it is retracted."""
    story = draw(stories(longest=longest))
    signals = [place for place, (method, _) in enumerate(story, start=1) if method == "execute_signal" and place > 3]
    arrives = draw(st.sampled_from(signals or [len(story)]) | st.integers(3, len(story)))
    noticed = draw(st.integers(arrives, min(len(story), arrives + 4)))
    before = story[:arrives]
    data = [
        update for _, step in before for update in step.get("batch", []) if _end(update) < OPENING + timedelta(days=300)
    ]
    signalled = [step["signal"]["symbol"] for _, step in before if "signal" in step]
    symbol = draw(st.sampled_from(signalled[-2:] or ["AAPL"]))
    start = max([OPENING, *map(_end, data)]) + draw(st.sampled_from(PAUSES))
    return story, arrives, noticed, _wrong(draw, symbol, start, _last_price(symbol, data))


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


Lived = list[tuple[Step, Told]]
"""Steps of a story that did something, and what the desk remembers of them."""


def live(desk: RetractingDesk, story: list[Step]) -> Lived:
    lived: Lived = []
    for method, arguments in story:
        known = len(desk.history)
        getattr(desk, method)(**arguments)
        lived += [((method, arguments), told) for told in desk.history[known:]]
    return lived


def relived(lived: Lived) -> Model:
    """An independent model that lives through the same, but for the market data that was retracted."""
    model = Model(WALL)
    for (method, arguments), told in lived:
        if method != "ingest":
            getattr(model, method)(**arguments)
        elif batch := [item for item in arguments["batch"] if update_of(item) in told.updates]:
            model.ingest(batch)
    return model


@given(mistakes())
def test_retracted_data_leaves_no_trace_or_the_retraction_is_refused(mistake: Any) -> None:
    story, arrives, noticed, data = mistake
    desk, symbol, since = RetractingDesk(WALL), data[0]["symbol"], since_of(data)
    lived = live(desk, [*story[:arrives], ("ingest", {"batch": data}), *story[arrives:noticed]])
    before = desk.desk
    answer = desk.retract(symbol, since)
    if answer["error"] is None:
        event("retracted, and marked" if before.accounts != desk.desk.accounts else "retracted")
        lived += live(desk, story[noticed:])
        twin = told_the_same(desk, lambda update: True)
        assert desk.unmarked_journal == twin.unmarked_journal
        assert desk.unnumbered_accounts == twin.unnumbered_accounts
        assert desk.points == twin.points
        assert desk.desk.latest_end == twin.desk.latest_end
        assert without_numbers(desk) == without_numbers(twin)
        model = relived(lived)
        for name in model.accounts:
            assert differences(desk.account(name), model.account(name)) == {}
            assert differences(desk.positions(name), model.positions(name)) == {}
            assert differences(desk.signals(name), model.signals(name)) == {}
    else:
        event("refused")
        assert answer == {"error": "MARKET_DATA_USED"}
        assert desk.desk is before
        twin = told_the_same(desk, lambda update: update.symbol != symbol or not update.lies_after(since))
        assert desk.unmarked_journal != twin.unmarked_journal


def told_the_same(desk: RetractingDesk, counting: Any) -> RetractingDesk:
    """A desk that was told the same, but only the market data that counts."""
    twin = RetractingDesk(WALL)
    for told in desk.history:
        twin.tell_again(told, counting)
    return twin


def without_numbers(desk: RetractingDesk) -> list[Any]:
    known = [
        market for market in desk.desk.markets.values() if market.last is not None or market.asset_class is not None
    ]
    return sorted(
        ((market.symbol, market.asset_class, market.last, market.bar_end, market.volume) for market in known), key=str
    )
