"""Desks in processes of their own, and a browser that may reach nothing else."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import a_chromium
from tests.browser.complaints import PATIENCE_MS, Complaints
from tests.browser.desk import Desk, a_desk, with_history
from tests.processes import Server, serving

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo desk that has traded already, and goes on."""
    with serving("--speed", "10", folder=tmp_path_factory.mktemp("demo"), command="demo") as demo:
        demo.until(_has_traded, "the demo closed no trade")
        yield demo.url.removesuffix("/graphql")
        assert demo.stop() == 0


def _has_traded(demo: Server) -> bool:
    counts = demo.query("{ positions(filter: { open: true }) { totalCount } trades { totalCount } }")
    return all(count["totalCount"] for count in counts.values())


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with a history, for tests that change nothing of it; modules whose tests do have their own."""
    with a_desk(tmp_path_factory.mktemp("desk")) as desk:
        with_history(desk)
        yield desk


# Not for the session: tests of other packages have asyncio loops of their own, and those of this one may have none.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with a_chromium() as browser:
        yield browser


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def page(chromium: Browser, base_url: str, complaints: Complaints) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=base_url)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints.watch(page, base_url)
    yield page
    context.close()
    assert complaints.messages == []
