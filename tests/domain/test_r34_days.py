"""R34, R37: days are those of the zone that a session began with."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.zones import require_timezone, zone_named
from domain.calendar import UTC_ZONE, Zone
from domain.engine.commands import Enable, Reset
from domain.engine.decide.dispatch import decide
from domain.engine.state import Desk
from domain.orders.side import Side
from domain.validation import Invalid
from tests.builders import FREE, D, TheDesk, a_bar, a_quote, a_signal, at, both_sides

FAR: dict[str, Any] = {"market": "100", "stop": "60", "target": "180"}
ZONES = ["UTC", "Asia/Tokyo", "America/New_York", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo"]


def holding(side: Side, timezone: str, **settings: Any) -> TheDesk:
    """A desk that holds 100 shares since 09:30 UTC, bought at 100 for nothing: a dollar a share is 0.1 % of equity."""
    desk = TheDesk(side, **FREE, max_trade_risk_percent=D(100), max_heat_percent=D(100), timezone=timezone, **settings)
    desk.send(a_signal(**FAR))
    return desk


@both_sides
def test_r34_the_days_loss_is_that_of_the_accounts_day(side: Side) -> None:
    """In Tokyo the 5th begins at 15:00 UTC of the 4th: what was lost before it was lost the day before."""
    desk = holding(side, "Asia/Tokyo", max_daily_loss_percent=D("1"))
    desk.bars(a_quote("14:59", "91"), a_quote("15:00", "91"), a_quote("15:01", "82"))
    assert desk.account.halt_reason is None
    assert desk.watermarks.day == date(2024, 3, 5)
    desk.quote("2024-03-05 14:59", "81")
    assert desk.account.halt_reason == "the day's loss, from 99100 to 98100, exceeds 1 %"


@both_sides
def test_r34_the_same_loss_within_one_day_of_utc_halts_an_account_in_utc(side: Side) -> None:
    desk = holding(side, "UTC", max_daily_loss_percent=D("1"))
    desk.bars(a_quote("14:59", "91"), a_quote("15:00", "91"), a_quote("15:01", "82"))
    assert desk.account.halt_reason == "the day's loss, from 100000 to 98200, exceeds 1 %"


@both_sides
def test_r34_a_bar_belongs_to_the_accounts_day_in_which_it_starts(side: Side) -> None:
    """The bar from 23:45 to 00:15 in New York is of the day before."""
    desk = holding(side, "America/New_York", max_daily_loss_percent=D("1"))
    desk.bars(a_bar("2024-03-05 04:45", close="91"))
    desk.bars(a_bar("2024-03-05 05:15", open="91", close="82"))
    assert desk.account.halt_reason is None
    desk.bars(a_bar("2024-03-05 05:45", open="82", close="80"))
    assert desk.account.halt_reason == "the day's loss, from 99100 to 98000, exceeds 1 %"


@both_sides
def test_r34_what_is_closed_by_hand_is_of_the_accounts_day(side: Side) -> None:
    desk = holding(side, "Asia/Tokyo")
    desk.close(market="101", timestamp="15:00")
    assert [day for _, _, day in desk.days] == [date(2024, 3, 4), date(2024, 3, 5)]


@both_sides
@pytest.mark.parametrize(
    ("sunday", "hours"), [("2024-03-10", 23), ("2024-11-03", 25)], ids=["clocks forward", "clocks back"]
)
def test_r34_the_days_on_which_clocks_change_have_23_and_25_hours(side: Side, sunday: str, hours: int) -> None:
    """A loss just before the day's end is of the day, and just after it of the next."""
    start = zone_named("America/New_York").start_of(date.fromisoformat(sunday))
    end = start + timedelta(hours=hours)
    for moment, halted in ((end - timedelta(minutes=1), True), (end, False)):
        desk = holding(side, "America/New_York", max_daily_loss_percent=D("1"))
        desk.bars(a_quote(f"{start:%Y-%m-%d %H:%M}", "95"), a_quote(f"{moment:%Y-%m-%d %H:%M}", "87"))
        assert (desk.account.halt_reason is not None) is halted


def test_r34_a_timezone_takes_effect_at_the_first_enable_and_at_a_reset() -> None:
    desk = TheDesk(timezone="Asia/Tokyo")
    desk.change(timezone="America/New_York")
    assert (desk.account.session.zone.name, desk.account.settings.timezone) == ("Asia/Tokyo", "America/New_York")
    desk.disable()
    desk.enable(timezone="Europe/Zurich")
    assert desk.account.session.zone.name == "Asia/Tokyo"
    desk.reset()
    assert desk.account.session.zone == zone_named("Europe/Zurich")
    desk.reset(timezone=None)
    assert desk.account.session.zone == UTC_ZONE


def test_r34_a_session_does_not_begin_in_a_zone_that_was_not_resolved() -> None:
    desk = TheDesk()
    for command in (
        Enable("other", desk.account.id, {"timezone": "Mars/Olympus"}),
        Reset("default", {"timezone": "Mars/Olympus"}),
    ):
        decision = decide(desk.desk, command, desk.times)
        refusal = decision.result.refusal
        assert refusal is not None
        assert (refusal.message, refusal.field) == ("timezone Mars/Olympus is not known here", "timezone")
        assert decision.facts == ()


@given(st.sampled_from(ZONES), st.datetimes(datetime(1801, 1, 1), datetime(2199, 12, 30)))
def test_r34_a_moment_is_of_the_day_that_a_calendar_shows_in_its_zone(name: str, naive: datetime) -> None:
    moment, zone = naive.replace(tzinfo=UTC), zone_named(name)
    day = moment.astimezone(ZoneInfo(name)).date()
    assert zone.day_of(moment) == day
    start = zone.start_of(day)
    assert start <= moment
    assert zone.day_of(start) == day
    assert zone.day_of(start - timedelta.resolution) < day


def test_r34_a_zone_that_leaves_a_day_out_begins_the_next() -> None:
    """Samoa went from Thursday the 29th to Saturday the 31st of December 2011."""
    zone = zone_named("Pacific/Apia")
    assert zone.start_of(date(2011, 12, 30)) == zone.start_of(date(2011, 12, 31)) == at("2011-12-30 10:00")


@given(st.sampled_from(ZONES), st.datetimes(datetime(1840, 1, 1), datetime(2199, 1, 1)), st.integers(1, 24))
def test_r34_hours_are_said_to_be_of_one_day_only_where_they_are(name: str, naive: datetime, hours: int) -> None:
    zone = zone_named(name)
    start = naive.replace(minute=0, second=0, microsecond=0, tzinfo=UTC)
    day = zone.day_of_all(start, start + timedelta(hours=hours))
    within = {zone.day_of(start + timedelta(minutes=minute)) for minute in range(60 * hours)}
    assert day is None or within == {day}


@pytest.mark.parametrize(
    "changes", [((1, 0), (1, 3600)), ((2, 0), (1, 3600)), ((1, 86_400),)], ids=["twice", "backwards", "a day"]
)
def test_r34_a_zone_whose_offsets_make_no_sense_is_refused(changes: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(Invalid, match=r"^the (changes|offsets) of a zone must "):
        Zone("Nowhere", 0, changes)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Asia/Tokio", ": is it Asia/Tokyo or Asia/Tomsk or Asia/Omsk?"),
        ("asia/tokyo", ": is it Asia/Tokyo?"),
        ("New York", ": is it America/New_York?"),
        ("qqqq", ""),
        ("../../etc/passwd", ""),
        ("", ""),
    ],
)
def test_r34_an_unknown_timezone_is_refused_with_names_that_are_like_it(name: str, hint: str) -> None:
    with pytest.raises(Invalid) as caught:
        require_timezone(name)
    assert caught.value.message == f"timezone must be an IANA name such as Europe/Zurich, not {name!r}{hint}"
    assert caught.value.field == "timezone"


def test_r34_a_desk_in_utc_carries_no_offsets() -> None:
    assert zone_named("UTC") == UTC_ZONE == Zone("UTC", 0, ())
    assert TheDesk().account.session.zone is UTC_ZONE
    assert Desk().accounts == {}
