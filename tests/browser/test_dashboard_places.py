"""The address says where one is: the browser's back and forward walk it, and links lead there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, a_desk, a_page, choose_tab, part, with_history

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with a_desk(tmp_path_factory.mktemp("desk")) as desk:
        with_history(desk)
        desk.do("enable", account="second")
        yield desk


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        expect(part(page, "panel-trades")).to_be_visible()
        yield page
    assert complaints.messages == []


def test_back_and_forward_walk_tabs_and_accounts(dashboard: Page) -> None:
    choose_tab(dashboard, "signals")
    choose_tab(dashboard, "months")
    part(dashboard, "account-switcher").select_option("second")
    expect(part(dashboard, "positions-count")).to_have_text("0")
    dashboard.go_back()
    expect(part(dashboard, "account-switcher")).to_have_value("default")
    expect(part(dashboard, "panel-months")).to_be_visible()
    dashboard.go_back()
    expect(part(dashboard, "panel-signals")).to_be_visible()
    dashboard.go_forward()
    expect(part(dashboard, "panel-months")).to_be_visible()
    dashboard.go_back()
    dashboard.go_back()
    expect(part(dashboard, "panel-trades")).to_be_visible()
    assert dashboard.url.endswith("/#account=default")


def test_a_session_that_never_was_is_said_so(dashboard: Page) -> None:
    dashboard.goto("/#account=default&session=99")
    expect(part(dashboard, "no-session")).to_contain_text("“default” has no session 99")
    expect(part(dashboard, "archive-note")).to_have_count(0)
    expect(part(dashboard, "cards")).to_have_count(0)
    part(dashboard, "to-running").click()
    expect(part(dashboard, "figure-trades")).to_have_text("2")
    assert dashboard.url.endswith("/#account=default")


def test_the_running_session_by_its_number_is_no_archive(dashboard: Page) -> None:
    dashboard.goto("/#account=default&session=1")
    expect(part(dashboard, "figure-heat")).to_be_visible()
    expect(part(dashboard, "archive-note")).to_have_count(0)
    expect(part(dashboard, "session-picker")).to_have_value("")


def test_an_archived_session_shows_the_chart_of_what_it_traded_last(
    chromium: Browser, tmp_path: Path, complaints: Complaints
) -> None:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        for symbol in ("ACME", "ZINC", "AAA"):
            desk.bar(symbol, "99", "101", "100")
        for symbol in ("ACME", "ZINC"):
            desk.signal(symbol)
            desk.do("closeAll", "trades { id }", symbol=symbol)
        desk.do("reset")
        desk.do("reset")
        desk.signal("AAA")
        with a_page(chromium, desk.server, complaints) as page:
            shown = part(page, "market-symbol")
            expect(shown).to_have_value("AAA")
            page.goto("/#account=default&session=1")
            expect(shown).to_have_value("ZINC")
            expect(part(page, "fill-mark")).to_have_count(2)
            page.goto("/#account=default&session=2")
            expect(shown).to_have_value("")
            expect(part(page, "market")).to_contain_text("Nothing was traded in this session")
            shown.select_option("ACME")
            expect(part(page, "candles")).to_be_visible()
            page.go_back()
            expect(shown).to_have_value("")
    assert complaints.messages == []


def test_the_chosen_tab_is_scrolled_into_sight_on_a_phone(
    chromium: Browser, desk: Desk, complaints: Complaints
) -> None:
    with a_page(chromium, desk.server, complaints, width=390, height=844) as page:
        page.goto("/#account=default&tab=activity")
        expect(part(page, "tab-activity")).to_have_attribute("aria-selected", "true")
        box = part(page, "tab-activity").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
    assert complaints.messages == []


def test_focus_stays_among_the_positions_when_the_one_that_had_it_is_closed(
    chromium: Browser, tmp_path: Path, complaints: Complaints
) -> None:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        desk.bar("ACME", "99", "101", "100")
        desk.signal("ACME")
        with a_page(chromium, desk.server, complaints) as page:
            part(page, "close-position").focus()
            page.keyboard.press("Enter")
            part(page, "confirm").focus()
            page.keyboard.press("Enter")
            expect(part(page, "positions-count")).to_have_text("0")
            expect(part(page, "dialog-close")).to_have_count(0)
            expect(part(page, "positions")).to_be_focused()
        assert complaints.messages == []
