"""The domain and an independent model of it live the same random lives, and every figure is equal after each step."""

from hypothesis import given

from tests.domain.driving import DomainDesk
from tests.model import Desk
from tests.strategies import WALL, Step, stories


@given(stories())
def test_the_domain_and_an_independent_model_agree_on_every_figure_after_each_step(story: list[Step]) -> None:
    domain, model = DomainDesk(WALL), Desk(WALL)
    for method, arguments in story:
        assert getattr(domain, method)(**arguments) == getattr(model, method)(**arguments)
        for name in model.accounts:
            assert domain.account(name) == model.account(name)
            assert domain.signals(name) == model.signals(name)
            assert domain.positions(name) == model.positions(name)
