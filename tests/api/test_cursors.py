"""What clients may rely on in a cursor, which is opaque otherwise."""

from uuid import UUID

from api.codec.cursors import event_cursor


def test_cursors_of_an_account_stand_as_text_in_the_order_of_its_journal() -> None:
    cursors = [event_cursor(UUID(int=7), seq) for seq in (1, 2, 9, 10, 15, 16, 255, 256, 10**9, 2**40)]
    assert sorted(cursors) == cursors
