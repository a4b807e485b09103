"""The domain and an independent model of it agree on every figure after each step of random scenarios."""

from hypothesis import given

from tests.domain.domain_desk import DomainDesk, differences
from tests.model import Desk
from tests.strategies import WALL, Step, scenarios


@given(scenarios())
def test_the_domain_and_an_independent_model_agree_on_every_figure_after_each_step(scenario: list[Step]) -> None:
    domain, model = DomainDesk(WALL), Desk(WALL)
    for method, arguments in scenario:
        answers = differences(getattr(domain, method)(**arguments), getattr(model, method)(**arguments))
        assert answers == {}, f"after {method}"
        for name in model.accounts:
            assert differences(domain.account(name), model.account(name)) == {}, f"after {method}"
            assert differences(domain.signals(name), model.signals(name)) == {}, f"after {method}"
            assert differences(domain.positions(name), model.positions(name)) == {}, f"after {method}"
