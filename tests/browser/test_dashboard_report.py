"""The report page, linked from the dashboard: the session that is looked at, with a token or without."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import a_desk, a_page, part, with_history

pytestmark = pytest.mark.browser

TOKEN = "open-sesame-and-more"  # noqa: S105


def test_the_report_opens_beside_the_dashboard(chromium: Browser, tmp_path: Path, complaints: Complaints) -> None:
    with a_desk(tmp_path) as desk:
        with_history(desk)
        with a_page(chromium, desk.server, complaints) as page:
            with page.expect_popup() as popup:
                part(page, "to-report").click()
            report = popup.value
            expect(report.locator("body")).to_contain_text("default")
            assert report.url.endswith("/report?account=default")
        address = desk.server.url.removesuffix("graphql") + "report"
        assert httpx.get(address, params={"session": "9"}).status_code == 404
        assert httpx.get(address, params={"account": "nobody"}).text == "there is no account 'nobody'"
        assert httpx.get(address, params={"session": "last"}).text == "session is a number such as 2, not 'last'"
    assert complaints.messages == []


def test_a_desk_with_a_token_gives_its_report_with_it_alone(
    chromium: Browser, tmp_path: Path, complaints: Complaints
) -> None:
    with a_desk(tmp_path, token=TOKEN) as desk:
        address = desk.server.url.removesuffix("graphql") + "report"
        assert httpx.get(address, headers={"Accept": "text/html"}).status_code == 401
        with a_page(chromium, desk.server, complaints) as page:
            part(page, "token").fill(TOKEN)
            part(page, "token-send").click()
            part(page, "open-account").click()
            part(page, "confirm").click()
            with page.expect_download() as download:
                part(page, "to-report").click()
            assert download.value.suggested_filename == "report-default.html"
            assert "default" in Path(download.value.path()).read_text(encoding="utf-8")
