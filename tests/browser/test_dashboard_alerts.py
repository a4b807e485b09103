"""What the page tells a trader who looks elsewhere, and the keys for one whose hands stay on the keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, a_desk, a_page, money, part, signed_money

pytestmark = pytest.mark.browser

RECORDING = """() => {
  window.told = [];
  window.beeps = 0;
  window.Notification = class {
    static requestPermission = async () => window.permission ?? "granted";
    constructor(title, { body }) { window.told.push(`${title}: ${body}`); }
  };
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (...when) { window.beeps += 1; start.apply(this, when); };
}"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        desk.bar("ACME", "99", "101", "100")
        yield desk


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        page.add_init_script(f"({RECORDING})()")
        page.reload()
        expect(part(page, "figure-trades")).to_have_text("0")
        yield page
    assert complaints.messages == []


def _told(page: Page) -> list[object]:
    told: list[object] = page.evaluate("[window.told, window.beeps]")
    return told


def test_the_title_is_equity_and_its_change(desk: Desk, dashboard: Page) -> None:
    desk.signal("ACME")
    desk.bar("ACME", "104", "106", "105")
    totals = desk.server.query("{ account { equity todayPnl } }")["account"]
    shown = f"{money(totals['equity'])} {signed_money(totals['todayPnl'])} today · default · Papertape"
    expect(dashboard).to_have_title(shown)


def test_fills_are_told_only_once_that_is_asked_for_and_it_is_remembered(desk: Desk, dashboard: Page) -> None:
    desk.signal("ACME")
    expect(part(dashboard, "positions-count")).to_have_text("1")
    assert _told(dashboard) == [[], 0]
    part(dashboard, "keys").click()
    part(dashboard, "alert-notify").check()
    part(dashboard, "alert-sound").check()
    assert _told(dashboard) == [[], 1]
    part(dashboard, "keys-close").click()
    desk.signal("ACME", quantity="10")
    dashboard.wait_for_function("() => window.told.length === 1")
    assert _told(dashboard) == [["Papertape: ACME long opened: 10 at 100.02"], 2]
    dashboard.reload()
    expect(part(dashboard, "positions-count")).to_have_text("2")
    desk.bar("ACME", "109", "111", "109")
    dashboard.wait_for_function("() => window.told.length === 2")
    assert _told(dashboard)[1] in (1, 2)
    part(dashboard, "keys").click()
    expect(part(dashboard, "alert-notify")).to_be_checked()


def test_a_browser_that_allows_no_notifications_is_said_so(dashboard: Page) -> None:
    dashboard.evaluate("window.permission = 'denied'")
    part(dashboard, "keys").click()
    part(dashboard, "alert-notify").click()
    expect(part(dashboard, "dialog-keys")).to_contain_text("The browser does not allow notifications of this page.")
    expect(part(dashboard, "alert-notify")).not_to_be_checked()


def test_keys_are_listed_and_do_what_the_list_says(dashboard: Page) -> None:
    dashboard.keyboard.press("?")
    dialog = part(dashboard, "dialog-keys")
    expect(dialog.locator("kbd").first).to_have_text("n")
    dashboard.keyboard.press("2")
    expect(part(dashboard, "panel-trades")).to_have_count(1)
    dashboard.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    for key, tab in (("2", "signals"), ("8", "activity"), ("0", "hooks")):
        listed = dashboard.locator(f'[data-test="tab-{tab}"]')
        dashboard.keyboard.press(key)
        expect(listed).to_have_attribute("aria-selected", "true")
    dashboard.keyboard.press("d")
    expect(dashboard.locator("html")).to_have_attribute("data-theme", "dark")
    part(dashboard, "benchmark").focus()
    dashboard.keyboard.press("2")
    expect(part(dashboard, "panel-hooks")).to_be_visible()
