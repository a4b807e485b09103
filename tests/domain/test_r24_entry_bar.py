"""R24: what the bar that a position was entered in may still do to it."""

from typing import Any

import pytest

from domain.orders.request import Request
from domain.orders.side import Side
from domain.portfolio.settings import IntrabarPolicy
from tests.builders import TheDesk, a_bar, a_limit, a_next_open, a_stop_entry, at, both_policies, both_sides, per_share

PESSIMISTIC, OPTIMISTIC = IntrabarPolicy.PESSIMISTIC, IntrabarPolicy.OPTIMISTIC
LIMIT = "ENTRY 100 @ 98"
STOP = "ENTRY 100 @ 102.02"
OUT = "STOP_LOSS 100 @ 94.98"
TARGET = "TARGET_1 100 @ 105"
UNSURE = " ambiguous"


def after(side: Side, policy: IntrabarPolicy, request: Request, **bar: Any) -> list[str]:
    """The fills of a bar that opens at 100 (unless it says otherwise) while `request` waits."""
    desk = TheDesk(side, slippage=per_share("0.02"), intrabar=policy)
    desk.quote("09:00", "100")
    desk.send(request)
    desk.bars(a_bar("10:00", **bar))
    return [desk.entry(), *desk.exits()]


limit_bars = pytest.mark.parametrize(
    ("bar", "pessimistic", "optimistic"),
    [
        ({"low": "97", "high": "101", "close": "99"}, [LIMIT], [LIMIT]),
        ({"low": "94", "close": "96"}, [LIMIT, OUT], [LIMIT, OUT]),
        ({"low": "95", "close": "96"}, [LIMIT, OUT], [LIMIT, OUT]),
        ({"low": "97", "high": "106"}, [LIMIT + UNSURE], [LIMIT, TARGET + UNSURE]),
        ({"low": "97", "high": "106", "close": "105"}, [LIMIT, TARGET], [LIMIT, TARGET]),
        ({"low": "94", "high": "106"}, [LIMIT, OUT + UNSURE], [LIMIT, TARGET + UNSURE]),
        ({"low": "94", "high": "106", "close": "106"}, [LIMIT, OUT + UNSURE], [LIMIT, TARGET + UNSURE]),
        ({"low": "94", "high": "106", "close": "94"}, [LIMIT, OUT + UNSURE], [LIMIT, TARGET + UNSURE]),
    ],
    ids=[
        "neither level",
        "the stop is certain",
        "touching the stop is enough",
        "the target may have come before the entry",
        "the close is at the target",
        "certain stop, uncertain target",
        "both certain",
        "certain stop at the close, uncertain target",
    ],
)


@both_sides
@limit_bars
def test_r24_the_bar_of_a_limit_entry(
    side: Side, bar: dict[str, Any], pessimistic: list[str], optimistic: list[str]
) -> None:
    request = a_limit("98", stop="95", target="105")
    assert after(side, PESSIMISTIC, request, **bar) == pessimistic
    assert after(side, OPTIMISTIC, request, **bar) == optimistic


stop_bars = pytest.mark.parametrize(
    ("bar", "pessimistic", "optimistic"),
    [
        ({"low": "99", "high": "103", "close": "101"}, [STOP], [STOP]),
        ({"low": "99", "high": "106", "close": "103"}, [STOP, TARGET], [STOP, TARGET]),
        ({"low": "94", "high": "103"}, [STOP, OUT + UNSURE], [STOP + UNSURE]),
        ({"low": "94", "high": "103", "close": "95"}, [STOP, OUT], [STOP, OUT]),
        ({"low": "94", "high": "106"}, [STOP, OUT + UNSURE], [STOP, TARGET + UNSURE]),
        ({"low": "94", "high": "106", "close": "94"}, [STOP, OUT + UNSURE], [STOP, TARGET + UNSURE]),
    ],
    ids=[
        "neither level",
        "the target is certain",
        "the stop may have come before the entry",
        "the close is at the stop",
        "certain target, uncertain stop",
        "both certain",
    ],
)


@both_sides
@stop_bars
def test_r24_the_bar_of_a_stop_entry(
    side: Side, bar: dict[str, Any], pessimistic: list[str], optimistic: list[str]
) -> None:
    request = a_stop_entry("102", stop="95", target="105")
    assert after(side, PESSIMISTIC, request, **bar) == pessimistic
    assert after(side, OPTIMISTIC, request, **bar) == optimistic


@both_sides
def test_r24_with_two_targets_a_limit_entrys_certain_stop_takes_what_the_uncertain_targets_leave(side: Side) -> None:
    request = a_limit("98", stop="95", target="105", target2="110")
    fills = after(side, OPTIMISTIC, request, low="94", high="106")
    assert fills == [LIMIT, "TARGET_1 50 @ 105 ambiguous", "STOP_LOSS 50 @ 94.98 ambiguous"]


@both_sides
def test_r24_with_two_targets_a_close_makes_certain_only_those_it_is_beyond(side: Side) -> None:
    request = a_limit("98", stop="95", target="105", target2="110")
    bar = {"low": "97", "high": "111", "close": "107"}
    assert after(side, PESSIMISTIC, request, **bar) == [LIMIT, "TARGET_1 50 @ 105 ambiguous"]
    assert after(side, OPTIMISTIC, request, **bar) == [
        LIMIT,
        "TARGET_1 50 @ 105 ambiguous",
        "TARGET_2 50 @ 110 ambiguous",
    ]


@both_sides
def test_r24_with_two_targets_the_optimistic_policy_lets_a_stop_entry_run_past_an_uncertain_stop(side: Side) -> None:
    request = a_stop_entry("102", stop="95", target="105", target2="110")
    fills = after(side, OPTIMISTIC, request, low="94", high="106")
    assert fills == [STOP, "TARGET_1 50 @ 105 ambiguous"]


@both_sides
@both_policies
@pytest.mark.parametrize(
    ("request_", "opening", "entry"),
    [
        (a_limit("98", stop="95", target="105"), "97", "ENTRY 100 @ 97 gap"),
        (a_stop_entry("102", stop="95", target="105"), "103", "ENTRY 100 @ 103.02 gap"),
        (a_next_open(stop="95", target="105"), "100", "ENTRY 100 @ 100.02"),
    ],
    ids=["limit", "stop", "next open"],
)
def test_r24_a_position_entered_at_the_open_sees_the_whole_bar(
    side: Side, policy: IntrabarPolicy, request_: Request, opening: str, entry: str
) -> None:
    assert after(side, policy, request_, open=opening, high="106") == [entry, TARGET]
    assert after(side, policy, request_, open=opening, low="94") == [entry, OUT]
    both = after(side, policy, request_, open=opening, high="106", low="94")
    assert both == [entry, (OUT if policy is PESSIMISTIC else TARGET) + UNSURE]


@both_sides
def test_r24_entry_and_exit_inside_one_bar_are_dated_at_its_end(side: Side) -> None:
    desk = TheDesk(side)
    desk.send(a_limit("98", stop="95"))
    desk.bars(a_bar("10:00", low="94"))
    assert (desk.fill().time, desk.exit().time) == (at("10:30"), at("10:30"))
    assert desk.kinds() == ["OPENED", "CLOSED"]


@both_sides
def test_r24_an_uncertain_level_is_no_longer_uncertain_in_the_next_bar(side: Side) -> None:
    desk = TheDesk(side)
    desk.send(a_limit("98", stop="95", target="105"))
    desk.bars(a_bar("10:00", low="97", high="106"), a_bar("10:30", high="106"))
    assert (desk.entry(), desk.exits()) == (LIMIT + UNSURE, [TARGET])
