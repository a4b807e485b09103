"""R5: a signal's id makes it happen exactly once."""

from domain.refusals import ErrorCode
from domain.sides import Side
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_signal, both_sides


@both_sides
def test_r5_a_signal_sent_again_returns_the_first_decision_and_does_nothing_else(side: Side) -> None:
    desk = TheDesk(side)
    first = desk.send(a_signal(market="100"), 1)
    before = (desk.books, len(desk.facts))
    again = desk.send(a_signal(market="100"), 1)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.signal == first.signal
    assert again.refusal is None
    assert (desk.books, len(desk.facts)) == before


def test_r5_content_is_compared_with_numbers_by_value() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100", stop="95", quantity="100"), 1)
    assert desk.send(a_signal(market="100.00", stop="95.0", quantity="100.000"), 1).replayed


def test_r5_the_same_id_with_other_content_is_a_conflict() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100"), 1)
    answer = desk.send(a_signal(market="100", quantity="101"), 1)
    assert desk.refusal_of(answer).code is ErrorCode.IDEMPOTENCY_CONFLICT
    assert (answer.signal, answer.replayed) == (None, False)


def test_r5_content_is_what_was_sent_before_defaults() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100", timestamp=None), 1)
    desk.bars(a_bar("09:30"))
    assert desk.send(a_signal(market="100", timestamp=None), 1).replayed
    # It says aloud what the desk had filled in, and so it is another content.
    said = a_signal(market="100", timestamp="2024-12-31 00:00")
    assert desk.code(said, 1) is ErrorCode.IDEMPOTENCY_CONFLICT


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
    answer = desk.send(a_signal(market="100"), 1)
    assert (answer.refusal, answer.replayed) == (None, False)


def test_r5_an_unknown_account_leaves_the_id_free() -> None:
    desk = TheDesk(enabled=False)
    assert desk.code(a_signal(market="100"), 1) is ErrorCode.ACCOUNT_NOT_FOUND
    assert desk.facts == []
    desk.enable()
    answer = desk.send(a_signal(market="100"), 1)
    assert (answer.refusal, answer.replayed) == (None, False)


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
    assert again.signal.status.value == "EXECUTED"


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
    assert (again.replayed, again.signal.status.value) == (True, "CANCELLED")
    assert desk.working == []


def test_r5_ids_outlive_a_session() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100"), 1)
    desk.reset()
    again = desk.send(a_signal(market="100"), 1)
    assert (again.replayed, again.signal.session) == (True, 1)
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
    answer = desk.send(a_signal(market="100", quantity="50"), 1)
    assert (answer.refusal, answer.replayed) == (None, False)
    assert desk.cash == D("95000")
