"""axe-core finds no serious fault, whatever is open, in light and dark, on desktops and phones."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.axe import AXE, faults
from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, a_desk, a_page, choose_tab, part

pytestmark = pytest.mark.browser

TABS = ["trades", "signals", "comparison", "breakdowns", "months", "calendar", "board"]
TABS += ["activity", "feeds", "hooks", "notifications", "settings"]
SHADED = {"months", "calendar"}
NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)


def shown_tabs(page: Page) -> Iterator[tuple[str, Locator]]:
    """One tab after another, with its panel, once it shows what it asked for."""
    for tab in TABS:
        panel = choose_tab(page, tab)
        expect(part(page, "loading")).to_have_count(0)
        yield tab, panel


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)], ids=["desktop", "phone"])
def test_no_serious_fault_is_found_anywhere(
    chromium: Browser, desk: Desk, complaints: Complaints, width: int, height: int, scheme: str
) -> None:
    options: dict[str, Any] = {"color_scheme": scheme, "bypass_csp": True}  # for axe, which is no part of the page
    with a_page(chromium, desk.server, complaints, width=width, height=height, **options) as page:
        expect(part(page, "figure-trades")).to_have_text("2")
        page.add_script_tag(path=AXE)
        for tab, _ in shown_tabs(page):
            assert faults(page) == [], tab
        for button, dialog in (
            ("reset", "dialog-reset"),
            ("close-position", "dialog-close"),
            ("open-position", "detail"),
            ("keys", "dialog-keys"),
        ):
            part(page, button).click()
            expect(part(page, dialog)).to_be_visible()
            assert faults(page) == [], dialog
            page.keyboard.press("Escape")
    assert complaints.messages == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)], ids=["desktop", "phone"])
def test_old_figures_lose_their_colours_but_not_their_contrast(
    chromium: Browser, desk: Desk, complaints: Complaints, width: int, height: int, scheme: str
) -> None:
    options: dict[str, Any] = {"color_scheme": scheme, "bypass_csp": True}
    with a_page(chromium, desk.server, complaints, width=width, height=height, now=NOON, **options) as page:
        expect(part(page, "figure-trades")).to_have_text("2")
        page.add_script_tag(path=AXE)
        page.clock.fast_forward(60_000)
        expect(page.locator("main.dimmed")).to_have_count(1)
        for tab, panel in shown_tabs(page):
            if tab in SHADED:
                expect(panel.locator(".strength-4")).to_have_count(1)
            expect(page.locator("main.dimmed")).to_have_count(1)
            assert faults(page) == [], tab
    assert complaints.messages == []


def test_the_first_run_and_the_tokens_form_are_without_fault(
    chromium: Browser, tmp_path: Path, complaints: Complaints
) -> None:
    with (
        a_desk(tmp_path, token="open-sesame-and-more") as desk,  # noqa: S106
        a_page(chromium, desk.server, complaints, bypass_csp=True) as page,
    ):
        page.add_script_tag(path=AXE)
        expect(part(page, "token-form")).to_be_visible()
        assert faults(page) == []
        part(page, "token").fill("open-sesame-and-more")
        part(page, "token-send").click()
        expect(part(page, "first-run")).to_be_visible()
        assert faults(page) == []


def test_at_200_percent_everything_is_reached_without_scrolling_sideways(
    chromium: Browser, desk: Desk, complaints: Complaints
) -> None:
    with a_page(chromium, desk.server, complaints, width=640, height=450, device_scale_factor=2) as page:
        for tab, _ in shown_tabs(page):
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, tab
        for button, dialog in (("keys", "dialog-keys"), ("open-position", "detail")):
            part(page, button).click()
            box = part(page, dialog).bounding_box()
            assert box is not None
            assert (box["x"] >= 0, box["y"] >= 0, box["x"] + box["width"] <= 640) == (True, True, True), dialog
            page.keyboard.press("Escape")
    assert complaints.messages == []


def test_nothing_moves_for_who_asked_for_less_motion(chromium: Browser, desk: Desk, complaints: Complaints) -> None:
    with a_page(chromium, desk.server, complaints, reduced_motion="reduce") as page:
        expect(part(page, "figure-trades")).to_have_text("2")
        part(page, "keys").click()
        moving = "document.getAnimations().filter(({ playState }) => playState === 'running').length"
        assert page.evaluate(moving) == 0
        durations = (
            "[...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).animationName !== 'none').length"
        )
        assert page.evaluate(durations) == 0
    assert complaints.messages == []
