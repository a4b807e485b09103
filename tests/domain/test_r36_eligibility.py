"""R36: what a rehearsal must show before real money, at every boundary."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.eligibility import Criterion, Eligibility, days_enabled, eligibility
from domain.analytics.stats import TradeStats, trade_stats
from domain.money import ratio
from domain.portfolio.session import Session
from tests.builders import FREE, D, TheDesk, a_bar, a_signal
from tests.trades import a_trade, numbered, with_trades

STARTED = datetime(2024, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
GOOD = ("600",) * 11 + ("100",) * 9
"""20 trades that won, worth 3 R and 0.5 R: 1.875 on average."""


def judged(stats: TradeStats, days: timedelta = 90 * DAY) -> Eligibility:
    session = Session(1, D(100_000), STARTED).switched_on(STARTED)
    return eligibility(session, stats, STARTED + days)


def passed(assessment: Eligibility) -> set[str]:
    return {check.criterion.value for check in assessment.checks if check.passed}


def test_r36_a_rehearsal_that_meets_everything_is_eligible() -> None:
    assessment = judged(with_trades(*GOOD))
    assert [(check.criterion, check.required, check.actual, check.passed) for check in assessment.checks] == [
        (Criterion.DAYS_ENABLED, D(90), D(90), True),
        (Criterion.TRADES, D(20), D(20), True),
        (Criterion.WIN_RATE, D(50), D(100), True),
        (Criterion.AVERAGE_R, D("1.5"), D("1.875"), True),
    ]
    assert (assessment.eligible, assessment.progress_percent) == (True, D(100))


def test_r36_ninety_days_are_enough_and_a_microsecond_less_is_not() -> None:
    just, short = judged(with_trades(*GOOD)), judged(with_trades(*GOOD), 90 * DAY - MICROSECOND)
    assert (just.eligible, short.eligible) == (True, False)
    assert ratio(short.checks[0].actual or D(0)) == D("89.999999999988")
    assert passed(short) == {"TRADES", "WIN_RATE", "AVERAGE_R"}
    assert short.progress_percent == D("99.999999999997")


def test_r36_eighty_nine_days_are_not_enough() -> None:
    assessment = judged(with_trades(*GOOD), 89 * DAY)
    assert (assessment.eligible, assessment.progress_percent) == (False, D("99.722222222222"))


def test_r36_twenty_trades_are_enough_and_nineteen_are_not() -> None:
    assert passed(judged(with_trades(*GOOD[:19]))) == {"DAYS_ENABLED", "WIN_RATE", "AVERAGE_R"}
    assert judged(with_trades(*GOOD[:19])).progress_percent == D("98.75")


def test_r36_trades_without_an_r_multiple_are_none_of_the_twenty_nor_of_the_mean() -> None:
    bare = [a_trade("600", stop=None, number=number) for number in range(100, 130)]
    assert passed(judged(trade_stats(bare))) == {"DAYS_ENABLED", "WIN_RATE"}
    nineteen = judged(trade_stats([*numbered(GOOD[:19]), *bare]))
    assert [check.actual for check in nineteen.checks[1:3]] == [D(19), D(100)]
    assert nineteen.checks[3].actual == judged(with_trades(*GOOD[:19])).checks[3].actual
    assert judged(trade_stats([*numbered(GOOD), *bare])).eligible


def test_r36_half_of_the_trades_won_is_not_enough_though_all_progress_is_made() -> None:
    """100 only if all have passed: what has come all the way and not passed stays just below."""
    half = with_trades(*["900"] * 10, *["-1"] * 10)
    assessment = judged(half)
    assert passed(assessment) == {"DAYS_ENABLED", "TRADES", "AVERAGE_R"}
    assert (assessment.checks[2].actual, assessment.progress_percent) == (D(50), D("99.999999999999"))


def test_r36_just_above_half_is_enough() -> None:
    assert judged(with_trades(*["900"] * 11, *["-1"] * 10)).eligible


def test_r36_break_even_trades_weigh_against_the_win_rate() -> None:
    assert passed(judged(with_trades(*["900"] * 10, *["0"] * 10))) == {"DAYS_ENABLED", "TRADES", "AVERAGE_R"}


def test_r36_an_average_of_one_and_a_half_is_not_enough_and_just_above_is() -> None:
    """300 on 200 at risk are 1.5 R."""
    assert passed(judged(with_trades(*["300"] * 20))) == {"DAYS_ENABLED", "TRADES", "WIN_RATE"}
    assert judged(with_trades(*["300"] * 19, "300.00000001")).eligible


def test_r36_an_average_of_a_third_is_summed_to_more_places_than_it_is_judged_by() -> None:
    """Twenty times 4.5 / 3 are 1.5 and no more, though no third has an end."""
    thirds = trade_stats([a_trade("4.5", stop="97", quantity="1", number=number) for number in range(20)])
    assert passed(judged(thirds)) == {"DAYS_ENABLED", "TRADES", "WIN_RATE"}


def test_r36_without_trades_there_is_no_win_rate() -> None:
    assessment = judged(TradeStats(), timedelta())
    assert [check.actual for check in assessment.checks] == [D(0), D(0), None, None]
    assert (assessment.eligible, assessment.progress_percent) == (False, D(0))


def test_r36_losses_make_no_negative_progress_and_excess_does_not_compensate() -> None:
    losing = with_trades(*["-500"] * 40)
    assessment = judged(losing, 900 * DAY)
    assert [check.progress for check in assessment.checks] == [D(1), D(1), D(0), D(0)]
    assert assessment.progress_percent == D(50)


def test_r36_days_count_only_while_enabled() -> None:
    session = Session(1, D(100_000), STARTED).switched_on(STARTED)
    paused = session.switched_off(STARTED + 60 * DAY)
    assert days_enabled(paused, STARTED + 300 * DAY) == D(60)
    resumed = paused.switched_on(STARTED + 300 * DAY)
    assert days_enabled(resumed, STARTED + 330 * DAY - MICROSECOND) < 90
    assert days_enabled(resumed, STARTED + 330 * DAY) == D(90)


def test_r36_a_session_that_has_ended_counts_no_more_days() -> None:
    desk = at_wall(TheDesk(wall=STARTED), STARTED + 40 * DAY)
    desk.reset()
    (ended,) = desk.archived
    assert days_enabled(ended.account.session, STARTED + 500 * DAY) == D(40)


def test_r36_a_wall_clock_that_goes_back_takes_no_days_away() -> None:
    session = Session(1, D(100_000), STARTED).switched_on(STARTED)
    assert days_enabled(session, STARTED - DAY) == D(0)
    again = session.switched_off(STARTED + 10 * DAY).switched_on(STARTED + 20 * DAY).switched_off(STARTED + 15 * DAY)
    assert days_enabled(again, STARTED + 50 * DAY) == D(10)


def at_wall(desk: TheDesk, wall: datetime) -> TheDesk:
    desk.wall = wall
    return desk


def test_r36_disabling_stops_the_clock_and_enabling_starts_it_again() -> None:
    desk = TheDesk(wall=STARTED)
    at_wall(desk, STARTED + 30 * DAY).disable()
    at_wall(desk, STARTED + 50 * DAY).disable()
    at_wall(desk, STARTED + 100 * DAY).enable()
    at_wall(desk, STARTED + 110 * DAY).enable()
    assert days_enabled(desk.account.session, STARTED + 160 * DAY) == D(90)


def test_r36_a_reset_starts_from_nothing() -> None:
    desk = at_wall(TheDesk(wall=STARTED), STARTED + 89 * DAY)
    desk.reset()
    assert days_enabled(desk.account.session, STARTED + 89 * DAY) == D(0)
    assert days_enabled(desk.account.session, STARTED + 179 * DAY) == D(90)


def test_r36_a_session_that_a_reset_begins_while_disabled_counts_from_the_enabling() -> None:
    desk = at_wall(TheDesk(wall=STARTED), STARTED + 10 * DAY)
    desk.disable()
    at_wall(desk, STARTED + 20 * DAY).reset()
    at_wall(desk, STARTED + 30 * DAY).enable()
    assert days_enabled(desk.account.session, STARTED + 35 * DAY) == D(5)


def test_r36_a_halt_is_no_reason_to_stop_counting() -> None:
    desk = TheDesk(wall=datetime(2024, 3, 4, 9, 30, tzinfo=UTC), max_drawdown_percent=D(1), **FREE)
    desk.send(a_signal(market="100", stop="98", target="180", quantity="1000"))
    at_wall(desk, datetime(2024, 12, 31, tzinfo=UTC)).bars(a_bar("10:00", low="97"))
    assert desk.account.halt_reason is not None
    assert desk.account.session.enabled_since == datetime(2024, 3, 4, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late", "is_live"),
    [
        (timedelta(), True),
        (timedelta(hours=1), True),
        (timedelta(hours=1) + MICROSECOND, False),
        (-timedelta(minutes=1), True),
    ],
)
def test_r36_only_trades_count_whose_signal_was_recorded_within_the_price_age(late: timedelta, is_live: bool) -> None:
    sent = datetime(2024, 3, 4, 9, 30, tzinfo=UTC)
    desk = TheDesk(wall=sent + late, max_price_age_seconds=3600)
    desk.send(a_signal(market="100"))
    desk.close(market="101", timestamp="09:30")
    assert desk.trade().is_live is is_live


@given(st.lists(st.sampled_from(["900", "-200", "0", "301"]), max_size=40), st.integers(0, 120), st.booleans())
def test_r36_progress_is_the_mean_of_the_parts_and_whole_only_if_all_passed(
    earned: list[str], days: int, is_short: bool
) -> None:
    assessment = judged(with_trades(*earned), days * DAY - (MICROSECOND if is_short else timedelta()))
    parts = [
        min(D(1), max(D(0), (check.actual or D(0)) / check.required)) if check.actual is not None else D(0)
        for check in assessment.checks
    ]
    all_passed = all(check.passed for check in assessment.checks)
    assert (assessment.progress_percent == 100) is assessment.eligible is all_passed
    assert abs(assessment.progress_percent - 25 * sum(parts, Decimal(0))) <= D("1e-11")
