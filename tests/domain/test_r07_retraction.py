"""R7: wrong market data is retracted where nothing was decided by it, and leaves no trace."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from tests.domain.domain_desk import update_of
from tests.domain.retraction import RecordedCommand, RetractingDesk
from tests.domain.test_against_model import differences
from tests.model import Desk as Model
from tests.strategies import OPENING, SYMBOLS, WALL, Record, Step, scenarios

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


AppliedSteps = list[tuple[Step, RecordedCommand]]
"""Steps of a scenario that had effects, each with its recorded command."""


def run_scenario(desk: RetractingDesk, scenario: list[Step]) -> AppliedSteps:
    applied: AppliedSteps = []
    for method, arguments in scenario:
        known = len(desk.history)
        getattr(desk, method)(**arguments)
        applied += [((method, arguments), recorded) for recorded in desk.history[known:]]
    return applied


def model_without_retracted(applied: AppliedSteps) -> Model:
    """An independent model after the same steps, without the market data that was retracted."""
    model = Model(WALL)
    for (method, arguments), recorded in applied:
        if method != "ingest":
            getattr(model, method)(**arguments)
        elif batch := [item for item in arguments["batch"] if update_of(item) in recorded.updates]:
            model.ingest(batch)
    return model


@given(mistakes())
def test_r7_retracted_data_leaves_no_trace_or_the_retraction_is_refused(mistake: Any) -> None:
    scenario, mistake_at, retracted_at, data = mistake
    desk, symbol, since = RetractingDesk(WALL), data[0]["symbol"], since_of(data)
    applied = run_scenario(
        desk, [*scenario[:mistake_at], ("ingest", {"batch": data}), *scenario[mistake_at:retracted_at]]
    )
    before = desk.desk
    answer = desk.retract(symbol, since)
    if answer["error"] is None:
        event("retracted, and accounts changed" if before.accounts != desk.desk.accounts else "retracted")
        applied += run_scenario(desk, scenario[retracted_at:])
        reference = reference_desk(desk, lambda update: True)
        assert desk.unmarked_journal == reference.unmarked_journal
        assert desk.unnumbered_accounts == reference.unnumbered_accounts
        assert desk.points == reference.points
        assert desk.desk.latest_end == reference.desk.latest_end
        assert without_numbers(desk) == without_numbers(reference)
        model = model_without_retracted(applied)
        for name in model.accounts:
            assert differences(desk.account(name), model.account(name)) == {}
            assert differences(desk.positions(name), model.positions(name)) == {}
            assert differences(desk.signals(name), model.signals(name)) == {}
    else:
        event("refused")
        assert answer == {"error": "MARKET_DATA_USED"}
        assert desk.desk is before
        reference = reference_desk(desk, lambda update: update.symbol != symbol or not update.lies_after(since))
        assert desk.unmarked_journal != reference.unmarked_journal


def reference_desk(desk: RetractingDesk, counting: Any) -> RetractingDesk:
    """A desk after the same commands, with only the market data that counts."""
    reference = RetractingDesk(WALL)
    for recorded in desk.history:
        reference.resend(recorded, counting)
    return reference


def without_numbers(desk: RetractingDesk) -> list[Any]:
    known = [
        market for market in desk.desk.markets.values() if market.last is not None or market.asset_class is not None
    ]
    return sorted(
        ((market.symbol, market.asset_class, market.last, market.bar_end, market.volume) for market in known), key=str
    )
