"""For maintainers: `python -m api.web.screenshots`, with Chromium on the PATH, takes the README's pictures again."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

_FOLDER = Path(__file__).parent / "screenshots"
_PAPERTAPE = Path(sys.executable).with_name("papertape")
_TRADES = 12
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file, the window it is taken in, the tab that is open, and the part that is scrolled to."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]
    tab: str
    part: str = "main"


_PICTURES = (
    Picture("desktop.png", 1280, 1180, "light", "trades"),
    Picture("dark.png", 1280, 900, "dark", "trades", "market"),
    Picture("phone.png", 390, 844, "light", "trades"),
)


def main() -> None:
    _FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _running(folder, "demo", "--speed", "60") as url:
            while _trades(url) < _TRADES:
                time.sleep(_LOOK_SECONDS)
        # At rest, so that all figures of a picture are of one moment.
        with _running(
            folder, "serve", "--database-url", "sqlite:///papertape-demo.sqlite3", "--clock", "market"
        ) as url:
            _take(url)
    sys.stdout.write(f"{_FOLDER}: {len(_PICTURES)} pictures\n")


@contextmanager
def _running(folder: Path, *arguments: str) -> Iterator[str]:
    """The address of a server, once it serves."""
    command = [str(_PAPERTAPE), *arguments, "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603 - our own
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        address = next(match for line in process.stdout if (match := re.search(r"http://\S+?:\d+/", line)))
        try:
            yield address[0]
        finally:
            process.terminate()


def _trades(url: str) -> int:
    answer = httpx.post(f"{url}graphql", json={"query": "{ trades { totalCount } }"}).json()
    return int(answer["data"]["trades"]["totalCount"])


def _take(url: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for picture in _PICTURES:
            page = browser.new_page(
                viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.scheme
            )
            page.goto(f"{url}#symbol=IBM")
            page.click(f"[data-test=tab-{picture.tab}]")
            page.wait_for_selector(f"[data-test=panel-{picture.tab}] table")
            page.wait_for_selector("[data-test=plot-equity] canvas")
            page.mouse.move(0, 0)
            page.wait_for_selector("[data-test=market-legend]")
            page.evaluate(f"document.querySelector('[data-test={picture.part}]').scrollIntoView()")
            page.evaluate("scrollBy(0, -60)")
            page.screenshot(path=_FOLDER / picture.name)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
