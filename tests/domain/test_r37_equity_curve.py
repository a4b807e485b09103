"""R37: when equity is observed, its peak and its drawdowns."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.curve import max_drawdown
from domain.engine.overdue import KEPT, caught_up_in_turn
from domain.engine.recent_groups import Group
from domain.engine.state import Desk
from domain.money import ratio
from domain.orders.side import Side
from domain.records import replace
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_signal, at, both_sides

ENTERED = (at("09:30"), D("100000"))
"""The point of an entry at no cost, of an account that has neither won nor lost yet."""


def holding(side: Side, symbol: str = "AAPL", desk: TheDesk | None = None) -> TheDesk:
    """A desk that holds 1 000 shares since 09:30, bought at 100 at no cost with all it had."""
    desk = desk or TheDesk(side, **FREE)
    desk.send(a_signal(market="100", stop="98", target="180", quantity="1000", symbol=symbol))
    return desk


def test_r37_what_today_has_brought_is_since_the_last_equity_of_the_day_before_whatever_was_resumed() -> None:
    desk = TheDesk(**FREE, max_drawdown_percent=D(1))
    desk.send(a_signal(market="100", stop="80", target="200", timestamp="2024-03-04 09:30"))
    desk.bars(a_bar("2024-03-04 10:00", close="101"))
    desk.bars(a_bar("2024-03-05 10:00", open="101", close="89"))
    assert desk.account.halt_reason is not None
    desk.resume()
    watermarks = desk.watermarks
    assert (watermarks.day_reference, watermarks.day_before) == (D("98900"), D("100100"))
    assert watermarks.equity_before(date(2024, 3, 5)) == D("100100")
    assert watermarks.equity_before(date(2024, 3, 6)) == D("98900")


@both_sides
def test_r37_equity_is_observed_after_each_distinct_end(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="101"), a_bar("10:30", open="101", close="102"))
    assert desk.curve == [ENTERED, (at("10:30"), D("101000")), (at("11:00"), D("102000"))]


@both_sides
def test_r37_bars_of_one_end_make_one_point(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100", target="150"))
    desk.send(a_signal(market="100", target="150", symbol="MSFT"))
    desk.bars(a_bar("10:00", close="101", symbol="MSFT"), a_bar("10:00", close="102"))
    assert desk.curve == [ENTERED, (at("10:30"), D("100300"))]


@both_sides
def test_r37_only_accounts_that_held_a_symbol_during_the_bar_are_observed(side: Side) -> None:
    desk = holding(side)
    desk.send(a_limit("90", symbol="IBM", stop="85", quantity="1"))
    desk.bars(a_bar("10:00", symbol="MSFT"), a_bar("10:00", symbol="IBM", minutes=45))
    assert desk.curve == [ENTERED]


@both_sides
def test_r37_a_bar_that_takes_the_position_out_is_observed(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", low="98"), a_bar("10:30"))
    assert desk.curve == [ENTERED, (at("10:30"), D("98000"))]


@both_sides
def test_r37_a_position_opened_and_closed_within_a_bar_is_observed(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_limit("98", stop="95"))
    desk.bars(a_bar("10:00", low="95"))
    assert desk.curve == [(at("10:30"), D("99700"))]


@both_sides
def test_r37_duplicate_and_late_bars_are_not_observed(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00"))
    desk.bars(a_bar("10:00"), a_bar("09:00"))
    assert desk.curve == [ENTERED, (at("10:30"), D("100000"))]


@both_sides
def test_r37_a_later_batch_with_the_same_end_replaces_its_point(side: Side) -> None:
    """A loss that the other symbol of the same minute makes good was never a drawdown."""
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100", stop="85", target="150"))
    desk.send(a_signal(market="100", stop="85", target="150", symbol="MSFT"))
    desk.bars(a_bar("10:00", close="90"))
    desk.bars(a_bar("10:00", close="115", symbol="MSFT"))
    assert desk.curve == [ENTERED, (at("10:30"), D("100500"))]
    watermarks = desk.watermarks
    assert (watermarks.max_drawdown, watermarks.running_peak) == (D("0"), D("100500"))


@both_sides
def test_r37_a_command_that_closes_something_makes_a_point(side: Side) -> None:
    desk = holding(side)
    desk.close(market="101", timestamp="10:00")
    assert desk.curve == [ENTERED, (at("10:00"), D("101000"))]


@both_sides
def test_r37_a_command_that_opens_something_makes_a_point_less_what_it_cost(side: Side) -> None:
    desk = TheDesk(side)
    desk.send(a_signal(market="100", stop="98", target="180", quantity="100"))
    (fill,) = desk.position().fills
    assert desk.curve == [(at("09:30"), D("100000") - fill.slippage - fill.commission)]
    assert desk.watermarks.max_drawdown > 0


@both_sides
def test_r37_a_signal_that_waits_or_is_refused_makes_no_point(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_limit("90", stop="85", quantity="1"))
    desk.send(a_signal(market="100", stop="120"))
    assert desk.curve == []


@both_sides
def test_r37_a_bar_that_ended_before_the_last_point_is_dated_there(side: Side) -> None:
    """By 11:00 the account was known to be worth more: what is learnt of 10:30 does not rewrite it."""
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100", target="150"))
    desk.send(a_signal(market="100", target="150", symbol="MSFT"))
    desk.quote("11:00", "103", symbol="MSFT")
    desk.bars(a_bar("10:00", close="99"))
    assert desk.curve == [ENTERED, (at("11:00"), D("100200"))]


@both_sides
def test_r37_disable_and_reset_make_a_point_only_if_they_close_something(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.disable()
    desk.reset()
    desk.enable()
    assert desk.curve == []
    holding(side, desk=desk)
    desk.quote("10:00", "101")
    desk.disable()
    assert desk.curve == [ENTERED, (at("10:00"), D("101000"))]


@both_sides
def test_r37_the_curve_never_goes_back_when_a_symbol_with_an_old_price_is_closed(side: Side) -> None:
    """It leaves at the price of 10:00, but by 11:00 the account was known to be worth more."""
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100", target="150"))
    desk.send(a_signal(market="100", target="150", symbol="MSFT"))
    desk.quote("10:00", "99")
    desk.quote("11:00", "103", symbol="MSFT")
    desk.close(1)
    assert desk.exit().time == at("10:00")
    assert desk.curve == [ENTERED, (at("10:00"), D("99900")), (at("11:00"), D("100200"))]


@both_sides
def test_r37_the_peak_starts_at_the_starting_capital(side: Side) -> None:
    desk = holding(side)
    desk.quote("10:00", "99")
    watermarks = desk.watermarks
    assert (watermarks.running_peak, watermarks.drawdown, watermarks.max_drawdown) == (D("100000"), D("1"), D("1"))


@both_sides
def test_r37_drawdowns_are_percents_of_the_running_peak(side: Side) -> None:
    """From 125 000 to 100 000 are 20 %; back at 112 500, 10 % are left of it."""
    desk = holding(side)
    for time, price in (("10:00", "125"), ("11:00", "100"), ("12:00", "112.5")):
        desk.quote(time, price)
    watermarks = desk.watermarks
    assert (watermarks.running_peak, watermarks.drawdown, watermarks.max_drawdown) == (D("125000"), D("10"), D("20"))


@both_sides
def test_r37_a_new_peak_ends_the_drawdown_and_keeps_the_largest(side: Side) -> None:
    desk = holding(side)
    for time, price in (("10:00", "125"), ("11:00", "100"), ("12:00", "150"), ("13:00", "135")):
        desk.quote(time, price)
    watermarks = desk.watermarks
    assert (watermarks.running_peak, watermarks.drawdown, watermarks.max_drawdown) == (D("150000"), D("10"), D("20"))


@both_sides
def test_r37_each_point_knows_the_peak_it_is_measured_from(side: Side) -> None:
    desk, peaks = holding(side), []
    for time, price in (("10:00", "99"), ("11:00", "110"), ("12:00", "105")):
        desk.quote(time, price)
        peaks.append(desk.watermarks.running_peak)
    assert peaks == [D("100000"), D("110000"), D("110000")]


def test_r37_the_largest_drawdown_is_the_deepest_fall_from_a_running_peak() -> None:
    assert max_drawdown([D(equity) for equity in (100, 120, 90, 130, 104, 150)]) == D(25)
    assert max_drawdown([D(equity) for equity in (100, 101, 102)]) == D(0)
    assert max_drawdown([]) == D(0)
    assert max_drawdown([D(100), D(-20)]) == D(120)


@given(st.lists(st.integers(1, 10**12).map(lambda number: D(number).scaleb(-4)), min_size=1, max_size=40))
def test_r37_the_largest_drawdown_is_that_of_some_point_from_the_highest_before_it(ends: list[Decimal]) -> None:
    running = [max(ends[: place + 1]) for place in range(len(ends))]
    losses = [ratio((peak - equity) * 100 / peak) for peak, equity in zip(running, ends, strict=True)]
    assert ratio(max_drawdown(ends)) == max(losses)
    assert 0 <= max(losses) < 100


def test_r37_each_account_has_its_turn_once_in_64_groups_of_bars_however_many_open_meanwhile() -> None:
    held = holding(Side.LONG)
    desk = Desk.of([], held.desk.markets.values(), held.desk.latest_end, {}, held.desk.recent)
    turns: dict[str, list[int]] = {}
    for number in range(desk.recent.newest + 1, desk.recent.newest + 3 * KEPT):
        opened = [replace(held.account, name=f"{number}-{count}") for count in range(9)]
        for account in opened:
            watch = replace(held.desk.watches["default"], groups=desk.recent.newest)
            desk = desk.with_account(account, ()).with_watch(account.name, watch)
        desk = desk.settled()
        moved = desk.recent.with_groups([Group(number, at("10:00") + number * timedelta(minutes=1), {})])
        desk, _ = caught_up_in_turn(desk.with_recent(moved))
        for name in desk.watches.changes:
            turns.setdefault(name, []).append(number)
        desk = desk.settled()
    for name, looked_at in turns.items():
        assert [later - earlier for earlier, later in pairwise(looked_at)] == [KEPT] * (len(looked_at) - 1), name
        assert looked_at[0] - int(name.partition("-")[0]) < KEPT
