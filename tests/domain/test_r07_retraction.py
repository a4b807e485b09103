"""R7: wrong market data is retracted where nothing was decided by it, and leaves no trace."""

from dataclasses import replace
from typing import Any

from hypothesis import event, given

from tests.domain.domain_desk import differences, update_of
from tests.domain.retraction import RecordedCommand, RetractingDesk
from tests.model import Desk as Model
from tests.retraction.mistakes import mistakes, since_of
from tests.strategies import WALL, Step

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
    return sorted((replace(market, updates=0, retracted=0) for market in known), key=str)
