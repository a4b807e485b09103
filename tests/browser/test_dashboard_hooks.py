"""What the dashboard tells of hooks: what came to them, and texts to put into alerts."""

import json
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import a_desk, a_page, choose_tab, part

pytestmark = pytest.mark.browser


def test_hooks_show_what_came_to_them_and_texts_with_the_desks_address(
    chromium: Browser, complaints: Complaints, tmp_path: Path
) -> None:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        desk.do("createHook", name="idle", template="text")
        path = desk.do("createHook", "path", name="busy", riskPercent="1", stopPercent="5")["path"]
        address = f"{desk.server.url.removesuffix('/graphql')}{path}"
        for alert in ({"ticker": "AAPL", "action": "buy", "price": 100}, {"ticker": "AAPL", "action": "<b>jump</b>"}):
            httpx.post(address, content=json.dumps(alert))
        with a_page(chromium, desk.server, complaints) as page:
            choose_tab(page, "hooks")
            expect(part(page, "table-hooks").locator("tbody tr")).to_have_count(2)
            expect(part(page, "table-hooks")).to_contain_text("1 % risk, stop 5 %")
            rows = part(page, "table-deliveries").locator("tbody tr")
            expect(rows).to_have_count(2)
            expect(rows.nth(0)).to_contain_text("<b>jump</b>")
            expect(rows.nth(0)).to_contain_text("action must be one of buy, sell")
            expect(rows.nth(1)).to_contain_text("LONG 199 AAPL at 100.02")
            shown = f"{address.rpartition('/')[0]}/SECRET"
            expect(part(page, "hook-address")).to_have_text(shown)
            expect(part(page, "alert-text")).to_have_count(4)
            expect(part(page, "alert-text").nth(0)).to_contain_text("{{strategy.market_position}}")
            part(page, "choose-hook").select_option("idle")
            expect(part(page, "panel-hooks")).to_contain_text("No alert has come")
            expect(part(page, "panel-hooks")).to_contain_text("TradingView's own sentence has no time")
            assert path.rpartition("/")[2] not in page.content()
    assert complaints.messages == []


def test_a_desk_without_hooks_says_how_to_make_one(chromium: Browser, complaints: Complaints, tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        with a_page(chromium, desk.server, complaints) as page:
            choose_tab(page, "hooks")
            expect(part(page, "panel-hooks")).to_contain_text("papertape hook create breakouts")
    assert complaints.messages == []
