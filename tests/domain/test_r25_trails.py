"""R26: a trailing stop by offset or percent, from a price, a multiple or at once, in steps."""

from decimal import Decimal

import pytest

from domain.orders.side import Side
from domain.orders.trailing_stop import Trail, TrailingStop
from domain.refusals import ErrorCode
from domain.validation import Invalid
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_signal, both_sides, per_share


def trailing(
    side: Side,
    *,
    stop: str | None = None,
    offset: str | None = "3",
    percent: str | None = None,
    activation_r: str | None = None,
    step: str | None = None,
) -> TheDesk:
    """A desk that holds 100 shares since 09:30, bought at 100, with a trailing stop and no target."""
    asked = TrailingStop(
        offset=None if percent or offset is None else D(offset),
        percent=None if percent is None else D(percent),
        activation_r=None if activation_r is None else D(activation_r),
        step=None if step is None else D(step),
    )
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100", stop=stop, target=None, trailing=asked))
    return desk


@both_sides
def test_r26_without_an_activation_it_follows_from_the_entry_on(side: Side) -> None:
    desk = trailing(side, stop="95")
    assert (desk.stop(), desk.position().trail) == ("95", Trail(D("3")))
    desk.bars(a_bar("10:00", open="97", high="98.01"))
    assert desk.stop() == "95.01"


@both_sides
def test_r26_without_another_stop_it_is_the_first_and_risk_and_r_follow_from_it(side: Side) -> None:
    desk = trailing(side)
    position = desk.position()
    assert (desk.stop(), position.initial_stop, position.open_risk) == ("97", position.stop, D("300"))
    desk.bars(a_bar("10:00", high="103"), a_bar("10:30", open="101", low="99"))
    assert desk.exits() == ["STOP_LOSS 100 @ 100"]
    assert desk.trade().r_multiple == D("0")


@both_sides
def test_r26_the_first_stop_counts_for_the_bar_that_begins_at_the_entry(side: Side) -> None:
    desk = trailing(side)
    desk.bars(a_bar("09:30", low="97", close="97.5"))
    assert desk.exits() == ["STOP_LOSS 100 @ 97"]


@both_sides
def test_r26_risk_percent_follows_from_the_trail_where_it_is_the_first_stop(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.send(a_signal(market="100", stop=None, target=None, risk="1", trailing=TrailingStop(offset=D("5"))))
    assert (desk.fill().quantity, desk.stop()) == (D("200"), "95.02")


@both_sides
def test_r26_a_percent_is_of_the_fill_and_stays_as_it_is(side: Side) -> None:
    desk = trailing(side, percent="4")
    assert (desk.stop(), desk.position().trail) == ("96", Trail(D("4")))
    desk.bars(a_bar("10:00", high="110"))
    assert desk.stop() == "106"


@both_sides
def test_r26_an_activation_in_r_is_a_multiple_of_fill_less_stop_from_the_fill(side: Side) -> None:
    desk = trailing(side, stop="95", activation_r="1.5")
    desk.bars(a_bar("10:00", high="107.49"))
    assert desk.stop() == "95"
    desk.bars(a_bar("10:30", high="107.5"))
    assert desk.stop() == "104.5"


@both_sides
def test_r26_it_moves_by_a_step_at_least(side: Side) -> None:
    desk = trailing(side, step="2")
    desk.bars(a_bar("10:00", high="101.99"))
    assert desk.stop() == "97"
    desk.bars(a_bar("10:30", high="102"))
    assert desk.stop() == "99"
    desk.bars(a_bar("11:00", high="105.5"))
    assert (desk.stop(), desk.kinds()) == ("102.5", ["OPENED", "STOP_MOVED", "STOP_MOVED"])


@both_sides
def test_r26_the_first_stop_that_an_activation_sets_needs_no_step(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    asked = TrailingStop(D("101"), D("3"), step=D("50"))
    desk.send(a_signal(market="100", stop=None, target=None, quantity="10", trailing=asked))
    desk.bars(a_bar("10:00", high="102"))
    assert desk.stop() == "99"


@both_sides
def test_r26_break_even_heeds_no_step(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    asked = TrailingStop(offset=D("20"), step=D("50"))
    desk.send(a_signal(market="100", target="105", target2="150", break_even=True, trailing=asked))
    desk.bars(a_bar("10:00", high="105"))
    assert desk.stop() == "100"


@both_sides
def test_r26_an_offset_within_the_slippage_would_be_breached_at_once(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"))
    asked = TrailingStop(offset=D("0.02"))
    refusal = desk.refuses(a_signal(market="100", stop=None, target=None, trailing=asked))
    assert (refusal.code, refusal.field) == (ErrorCode.STOP_ALREADY_BREACHED, "trailing_stop")


@both_sides
def test_r26_a_limit_entered_inside_a_bar_has_its_first_stop_there(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_limit("98", stop=None, target=None, trailing=TrailingStop(offset=D("1"))))
    desk.bars(a_bar("10:00", low="97"))
    assert desk.exits() == ["STOP_LOSS 100 @ 97"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "trailing_stop.offset"),
        ({"offset": D(1), "percent": D(1)}, "trailing_stop.offset"),
        ({"offset": D(1), "activation": D(1), "activation_r": D(1)}, "trailing_stop.activation_r"),
        ({"offset": D(1), "step": D(0)}, "trailing_stop.step"),
        ({"percent": D(0)}, "trailing_stop.percent"),
        ({"offset": D(1), "activation_r": D(-1)}, "trailing_stop.activation_r"),
    ],
    ids=str,
)
def test_r26_what_says_twice_or_not_at_all_how_it_follows_is_invalid(fields: dict[str, Decimal], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        TrailingStop(**fields)
    assert refused.value.field == field
