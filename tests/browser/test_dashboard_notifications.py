"""What the dashboard tells of those who are told what happens on the desk."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import a_desk, a_page, choose_tab, part
from tests.notifications.given_up import give_up_two
from tests.notifications.receiver import Answer, Receiver

pytestmark = pytest.mark.browser


def test_targets_are_shown_with_what_waits_and_why_and_tested(
    chromium: Browser, complaints: Complaints, tmp_path: Path
) -> None:
    with (
        Receiver(lambda _: Answer(503)) as broken,
        Receiver() as well,
        a_desk(tmp_path, notify_private="127.0.0.1") as desk,
    ):
        desk.do("enable")
        desk.do("addNotification", name="pager", url=broken.url, events=["OPENED", "TARGET_1"])
        desk.do("addNotification", name="program", url=well.url, events=["HALTED"], accounts=["default"])
        desk.bar("ACME", "99", "101", "100")
        desk.signal("ACME")
        with a_page(chromium, desk.server, complaints) as page:
            rows = choose_tab(page, "notifications").locator("tbody tr")
            expect(rows).to_have_count(2)
            pager, program = rows.all()
            expect(pager).to_contain_text(f"http://127.0.0.1:{broken.port}/…")
            expect(pager.locator("[data-key=events]")).to_have_text("openedtarget 1")
            expect(pager.locator("[data-key=accounts]")).to_have_text("all")
            expect(pager.locator("[data-key=pending]")).to_have_text("1")
            expect(pager.locator("[data-key=standing]")).to_contain_text("failing since")
            expect(pager.locator("[data-key=standing]")).to_contain_text("it answered 503attempt")
            expect(program.locator("[data-key=accounts]")).to_have_text("default")
            expect(program.locator("[data-key=standing]")).to_have_text("nothing sent yet")
            for row, outcome in ((pager, "it answered 503"), (program, "it has arrived")):
                part_of_row = row.locator("[data-test=send-test]")
                part_of_row.click()
                expect(row.locator("[data-test=test-outcome]")).to_have_text(outcome)
            broken.behave = lambda _: Answer()
            pager.locator("[data-test=send-test]").click()
            expect(pager.locator("[data-key=sent]")).to_have_text("1")
            expect(pager.locator("[data-key=pending]")).to_have_text("0")
            expect(pager.locator("[data-key=standing]")).to_contain_text("well")
            assert "topsecret" not in page.content()
    assert complaints.messages == []


def test_what_was_given_up_is_shown_with_since_when_and_why(
    chromium: Browser, complaints: Complaints, tmp_path: Path
) -> None:
    with Receiver() as receiver:
        with a_desk(tmp_path, notify_private="127.0.0.1") as desk:
            desk.do("enable")
            desk.do("addNotification", name="pager", url=receiver.url, events=["OPENED"])
            desk.do("addNotification", name="program", url=receiver.url, events=["OPENED"])
            assert desk.server.stop() == 0
        give_up_two(tmp_path, "pager")
        with a_desk(tmp_path, notify_private="127.0.0.1") as desk, a_page(chromium, desk.server, complaints) as page:
            given_up = choose_tab(page, "notifications").locator("tbody [data-key=failed]")
            expect(given_up).to_have_text(["2since 02 Jan 2024, 15:04 UTCit answered 503", "0"])
    assert complaints.messages == []


def test_a_desk_that_tells_nobody_says_how_to(chromium: Browser, complaints: Complaints, tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        with a_page(chromium, desk.server, complaints) as page:
            choose_tab(page, "notifications")
            expect(part(page, "panel-notifications")).to_contain_text("Nobody is told what happens here")
            expect(part(page, "panel-notifications")).to_contain_text("papertape notify add phone discord://…")
    assert complaints.messages == []
