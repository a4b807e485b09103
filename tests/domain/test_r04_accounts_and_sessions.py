"""R4: accounts and their sessions."""

import pytest

from domain.refusals import ErrorCode
from tests.builders import FREE, WALL, D, TheDesk, a_signal


def test_r4_an_ended_session_stays_as_it_was() -> None:
    desk = TheDesk(**FREE)
    desk.send(a_signal(market="100", target="105"))
    desk.quote("10:00", "105")
    desk.reset()
    (archived,) = desk.archived
    assert (archived.account.session.number, archived.account.session.ended_at) == (1, WALL)
    assert (archived.account.totals.trades, archived.account.totals.cash) == (1, D("100500"))


@pytest.mark.parametrize("name", ["", "-a", "a b", "ä", "a" * 65])
def test_r4_an_account_has_a_plain_name(name: str) -> None:
    desk = TheDesk(enabled=False)
    desk.account_name = name
    refusal = desk.refusal_of(desk.enable())
    assert (refusal.code, refusal.field) == (ErrorCode.INVALID_INPUT, "account")


def test_r4_an_account_that_does_not_exist_is_not_found() -> None:
    desk = TheDesk(enabled=False)
    results = [
        desk.disable(),
        desk.reset(),
        desk.change(leverage=D("2")),
        desk.resume(),
        desk.send(a_signal(market="100")),
        desk.cancel(),
        desk.close(),
    ]
    assert {desk.refusal_of(result).code for result in results} == {ErrorCode.ACCOUNT_NOT_FOUND}
    assert desk.facts == []


def test_r4_accounts_share_the_market_and_nothing_else() -> None:
    desk = TheDesk(**FREE)
    desk.send(a_signal(market="100", target="105"))
    desk.account_name = "other"
    desk.enable(**FREE)
    desk.send(a_signal(market="100", target="150", quantity="50"))
    desk.quote("10:00", "105")
    assert (desk.equity, desk.open) == (D("100250"), [2])
    desk.account_name = "default"
    assert (desk.equity, desk.open) == (D("100500"), [])
