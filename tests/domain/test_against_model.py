"""The domain and an independent model of it agree on every figure after each step of random scenarios."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given

from tests.domain.domain_desk import DomainDesk, Record, differences
from tests.model import Desk
from tests.strategies import OPENING, WALL, Step, amending_scenarios, scenarios


@given(scenarios())
def test_the_domain_and_an_independent_model_agree_on_every_figure_after_each_step(scenario: list[Step]) -> None:
    assert_they_agree(scenario)


@given(amending_scenarios())
def test_they_agree_on_signals_and_positions_that_are_amended(scenario: list[Step]) -> None:
    assert_they_agree(scenario)


@pytest.mark.parametrize("side", ["LONG", "SHORT"])
@pytest.mark.parametrize("activation", [{}, {"activation": Decimal(90)}, {"activation": Decimal(110)}])
@pytest.mark.parametrize("behind", [{"offset": Decimal(n)} for n in (99, 100, 110)] + [{"percent": Decimal(101)}])
def test_they_agree_on_trails_that_give_no_price(side: str, activation: Record, behind: Record) -> None:
    """Too rare among random ones, and no mirror image of each other."""
    trail, sign = {**activation, **behind}, 1 if side == "LONG" else -1
    signal: Record = {"symbol": "AAPL", "side": side, "quantity": Decimal(1), "timestamp": OPENING}
    signal |= {"market_price": Decimal(100), "stop_loss": Decimal(100 - 5 * sign)}
    first, second = (str(UUID(int=number, version=4)) for number in (1, 2))
    amendment = {"signal_id": second, "changes": {"trailing_stop": trail}}
    assert_they_agree(
        [
            ("enable", {"name": "default", "settings": {}}),
            ("execute_signal", {"name": "default", "signal": {**signal, "id": first, "trailing_stop": trail}}),
            ("execute_signal", {"name": "default", "signal": {**signal, "id": second}}),
            ("amend_position", {"name": "default", **amendment}),
        ]
    )


def assert_they_agree(scenario: list[Step]) -> None:
    domain, model = DomainDesk(WALL), Desk(WALL)
    for method, arguments in scenario:
        answers = differences(getattr(domain, method)(**arguments), getattr(model, method)(**arguments))
        assert answers == {}, f"after {method}"
        for name in model.accounts:
            assert differences(domain.account(name), model.account(name)) == {}, f"after {method}"
            assert differences(domain.signals(name), model.signals(name)) == {}, f"after {method}"
            assert differences(domain.positions(name), model.positions(name)) == {}, f"after {method}"
