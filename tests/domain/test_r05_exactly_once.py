"""R5: a signal's id makes it happen exactly once, and so does a command's."""

from collections.abc import Callable

import pytest

from domain.engine.results import CommandResult
from domain.orders.side import Side
from domain.refusals import ErrorCode
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_signal, both_sides


@both_sides
def test_r5_a_signal_sent_again_returns_the_first_decision_and_does_nothing_else(side: Side) -> None:
    desk = TheDesk(side)
    first = desk.send(a_signal(market="100"), 1)
    before = (desk.totals, len(desk.facts))
    again = desk.send(a_signal(market="100"), 1)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.signal == first.signal
    assert again.refusal is None
    assert (desk.totals, len(desk.facts)) == before


def test_r5_content_is_compared_with_numbers_by_value() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100", stop="95", quantity="100"), 1)
    assert desk.send(a_signal(market="100.00", stop="95.0", quantity="100.000"), 1).replayed


def test_r5_the_same_id_with_other_content_is_a_conflict() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100"), 1)
    result = desk.send(a_signal(market="100", quantity="101"), 1)
    assert desk.refusal_of(result).code is ErrorCode.IDEMPOTENCY_CONFLICT
    assert (result.signal, result.replayed) == (None, False)


def test_r5_content_is_what_was_sent_before_defaults() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100", timestamp=None), 1)
    desk.bars(a_bar("09:30"))
    assert desk.send(a_signal(market="100", timestamp=None), 1).replayed
    # It says aloud what the desk had filled in, and so it is another content.
    request = a_signal(market="100", timestamp="2024-12-31 00:00")
    assert desk.code(request, 1) is ErrorCode.IDEMPOTENCY_CONFLICT


def test_r5_a_refused_signal_is_answered_the_same_again_though_it_would_pass_by_now() -> None:
    desk = TheDesk()
    first = desk.refuses(a_signal(timestamp="10:00"), 1)
    assert first.code is ErrorCode.NO_MARKET_PRICE
    desk.bars(a_bar("09:30"))
    again = desk.send(a_signal(timestamp="10:00"), 1)
    assert (again.refusal, again.replayed) == (first, True)
    assert not desk.has_position(1)
    assert desk.code(a_signal(timestamp="10:00"), 2) is None


def test_r5_invalid_input_leaves_the_id_free() -> None:
    desk = TheDesk()
    assert desk.code(a_signal(market="100", timestamp="2025-01-01 00:00"), 1) is ErrorCode.INVALID_INPUT
    result = desk.send(a_signal(market="100"), 1)
    assert (result.refusal, result.replayed) == (None, False)


def test_r5_an_unknown_account_leaves_the_id_free() -> None:
    desk = TheDesk(enabled=False)
    assert desk.code(a_signal(market="100"), 1) is ErrorCode.ACCOUNT_NOT_FOUND
    assert desk.facts == []
    desk.enable()
    result = desk.send(a_signal(market="100"), 1)
    assert (result.refusal, result.replayed) == (None, False)


def test_r5_a_conflict_leaves_the_first_content_in_force() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100"), 1)
    desk.send(a_signal(market="101"), 1)
    assert desk.send(a_signal(market="100"), 1).replayed


@both_sides
def test_r5_a_replay_shows_a_working_signal_as_it_now_stands(side: Side) -> None:
    desk = TheDesk(side)
    assert desk.send(a_limit("98"), 1).signal == desk.signal(1)
    desk.bars(a_bar("10:00", low="97"))
    again = desk.send(a_limit("98"), 1)
    assert again.replayed
    assert again.signal == desk.signal(1)
    assert desk.signal_of(again).status.value == "EXECUTED"


def test_r5_a_replay_shows_why_a_working_signal_was_refused_at_its_fill() -> None:
    desk = TheDesk()
    desk.send(a_limit("98"), 1)
    desk.bars(a_bar("10:00", open="94"))
    again = desk.send(a_limit("98"), 1)
    assert again.replayed
    assert desk.refusal_of(again).code is ErrorCode.STOP_ALREADY_BREACHED


def test_r5_a_signal_that_was_cancelled_is_replayed_as_cancelled() -> None:
    desk = TheDesk()
    desk.send(a_limit("98"), 1)
    desk.cancel(1)
    again = desk.send(a_limit("98"), 1)
    assert (again.replayed, desk.signal_of(again).status.value) == (True, "CANCELLED")
    assert desk.working == []


def test_r5_ids_outlive_a_session() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100"), 1)
    desk.reset()
    again = desk.send(a_signal(market="100"), 1)
    assert (again.replayed, desk.signal_of(again).session) == (True, 1)
    assert desk.open == []
    assert desk.code(a_signal(market="101"), 1) is ErrorCode.IDEMPOTENCY_CONFLICT


def test_r5_a_replay_is_answered_on_a_disabled_account_too() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100"), 1)
    desk.disable()
    assert desk.send(a_signal(market="100"), 1).replayed
    assert desk.code(a_signal(market="101"), 1) is ErrorCode.IDEMPOTENCY_CONFLICT
    assert desk.code(a_signal(market="100"), 2) is ErrorCode.ACCOUNT_DISABLED


def test_r5_ids_are_unique_in_their_account_alone() -> None:
    desk = TheDesk(**FREE)
    desk.send(a_signal(market="100", quantity="100"), 1)
    desk.account_name = "other"
    desk.enable(**FREE)
    result = desk.send(a_signal(market="100", quantity="50"), 1)
    assert (result.refusal, result.replayed) == (None, False)
    assert desk.cash == D("95000")


# Commands with an id


def with_a_position_and_a_limit() -> TheDesk:
    """A desk with a position, signal 1, and a limit that waits, signal 2; AAPL is at 100."""
    desk = TheDesk(**FREE)
    desk.bars(a_bar("09:00"))
    desk.send(a_signal(), 1)
    desk.send(a_limit("90", stop="80"), 2)
    return desk


Command = Callable[[TheDesk], CommandResult]
ONCE: dict[str, Command] = {
    "close": lambda desk: desk.close(1, market="101", timestamp="09:30", once=7),
    "close a part": lambda desk: desk.close(1, quantity="10.0", once=7),
    "close all": lambda desk: desk.close_all("AAPL", market="101.0", once=7),
    "cancel": lambda desk: desk.cancel(2, once=7),
    "resume": lambda desk: desk.resume(once=7),
    "reset": lambda desk: desk.reset(once=7, leverage=D(2)),
    "change": lambda desk: desk.change(once=7, leverage=D("2.50"), intrabar=None),
}
OTHERWISE: dict[str, Command] = {
    "close": lambda desk: desk.close(1, market="101", once=7),
    "close a part": lambda desk: desk.close(1, percent="10", once=7),
    "close all": lambda desk: desk.close_all("AAPL", market="102", once=7),
    "cancel": lambda desk: desk.cancel(1, once=7),
    "resume": lambda desk: desk.change(once=7),
    "reset": lambda desk: desk.reset(once=7),
    "change": lambda desk: desk.change(once=7, leverage=D("2.5")),
}
commands = pytest.mark.parametrize("command", ONCE)


@commands
def test_r5_a_command_sent_again_with_its_id_is_answered_the_same_and_does_nothing_else(command: str) -> None:
    desk = with_a_position_and_a_limit()
    first = ONCE[command](desk)
    before = (desk.account, len(desk.facts))
    again = ONCE[command](desk)
    assert (first.refusal, first.replayed) == (None, False)
    assert (again.refusal, again.replayed, again.ended_session) == (None, True, first.ended_session)
    assert again.closed == first.closed
    assert (desk.account, len(desk.facts)) == before


@commands
def test_r5_a_commands_id_with_other_content_is_a_conflict_that_leaves_the_first_in_force(command: str) -> None:
    desk = with_a_position_and_a_limit()
    ONCE[command](desk)
    facts = len(desk.facts)
    conflict = desk.refusal_of(OTHERWISE[command](desk))
    assert (conflict.code, conflict.field) == (ErrorCode.IDEMPOTENCY_CONFLICT, "id")
    assert conflict.message == "id 00000000-0000-0000-0000-000000000007 was sent before with other content (R5)"
    assert len(desk.facts) == facts
    assert ONCE[command](desk).replayed


def test_r5_a_closing_that_names_the_position_by_its_signal_is_the_same_as_by_its_own_id() -> None:
    desk = with_a_position_and_a_limit()
    desk.close(1, quantity="10", once=7)
    assert desk.close(1, quantity="10.00", once=7, by_signal=True).replayed
    assert desk.position().open_quantity == D("90")


def test_r5_a_reset_sent_again_with_its_id_ends_no_second_session() -> None:
    desk = TheDesk()
    assert [desk.reset(once=7).ended_session for _ in range(2)] == [1, 1]
    assert desk.account.session.number == 2
    assert desk.reset(once=8).ended_session == 2


def test_r5_numbers_in_settings_are_compared_by_value_and_null_is_not_left_out() -> None:
    desk = TheDesk()
    desk.change(once=7, leverage=D("2.50"), intrabar=None)
    assert desk.change(once=7, leverage=D("2.5"), intrabar=None).replayed
    assert desk.refusal_of(desk.change(once=7, leverage=D("2.5"))).code is ErrorCode.IDEMPOTENCY_CONFLICT


def test_r5_a_refused_command_is_answered_the_same_again_though_it_would_pass_by_now() -> None:
    desk = TheDesk(**FREE)
    first = desk.refusal_of(desk.close(1, once=7))
    assert first.code is ErrorCode.POSITION_NOT_FOUND
    desk.bars(a_bar("09:00"))
    desk.send(a_signal(), 1)
    again = desk.close(1, once=7)
    assert (again.refusal, again.replayed) == (first, True)
    assert desk.open == [1]
    assert desk.close(1, once=8).refusal is None


def test_r5_an_invalid_command_or_one_without_an_account_leaves_the_id_free() -> None:
    desk = TheDesk(enabled=False)
    assert desk.refusal_of(desk.resume(once=7)).code is ErrorCode.ACCOUNT_NOT_FOUND
    desk.enable()
    assert desk.refusal_of(desk.change(once=7, leverage=D(51))).code is ErrorCode.INVALID_INPUT
    assert desk.refusal_of(desk.reset(3, once=7)).code is ErrorCode.INVALID_INPUT
    assert (desk.resume(once=7).refusal, desk.resume(once=7).replayed) == (None, True)


def test_r5_commands_ids_outlive_a_session_and_are_answered_on_a_disabled_account() -> None:
    desk = with_a_position_and_a_limit()
    desk.close(1, once=7)
    desk.reset(once=8)
    desk.disable()
    assert [desk.close(1, once=7).replayed, desk.reset(once=8).replayed] == [True, True]
    assert desk.account.session.number == 2


def test_r5_commands_ids_are_unique_in_their_account_alone() -> None:
    desk = TheDesk()
    desk.change(once=7, leverage=D(2))
    desk.account_name = "other"
    desk.enable()
    result = desk.change(once=7, leverage=D(3))
    assert (result.refusal, result.replayed) == (None, False)


def test_r5_signals_and_commands_of_an_account_share_one_space_of_ids() -> None:
    desk = with_a_position_and_a_limit()
    for result in (desk.resume(once=1), desk.close(1, once=1), desk.cancel(2, once=2)):
        assert desk.refusal_of(result).code is ErrorCode.IDEMPOTENCY_CONFLICT
    desk.resume(once=7)
    assert desk.code(a_signal(), 7) is ErrorCode.IDEMPOTENCY_CONFLICT
    assert (desk.open, desk.working) == ([1], [2])


@both_sides
def test_r5_a_closing_without_an_id_happens_as_often_as_it_is_sent(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100"), 1)
    assert desk.close(1).refusal is None
    assert desk.refusal_of(desk.close(1)).code is ErrorCode.POSITION_NOT_OPEN
