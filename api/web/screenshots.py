"""For maintainers: `python -m api.web.screenshots`, with Chromium on the PATH, takes the README's pictures anew."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_FOLDER = Path(__file__).parent / "screenshots"
_PAPERTAPE = Path(sys.executable).with_name("papertape")
_TRADED = "[data-test=table-trades] tbody tr:nth-child(12)"
_PATIENCE_MS = 120_000


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file, the window it is taken in, and the tab that is open."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]
    tab: str


_PICTURES = (
    Picture("desktop.png", 1280, 1180, "light", "trades"),
    Picture("dark.png", 1280, 1180, "dark", "breakdowns"),
    Picture("phone.png", 390, 844, "light", "trades"),
)


def main() -> None:
    _FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _demo(Path(folder)) as url:
        _take(url)
    sys.stdout.write(f"{_FOLDER}: {len(_PICTURES)} pictures\n")


@contextmanager
def _demo(folder: Path) -> Iterator[str]:
    """The demo's address, once it serves."""
    command = [str(_PAPERTAPE), "demo", "--port", "0", "--speed", "60"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603 - our own
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        found = next(match for line in process.stdout if (match := re.search(r"http://\S+?:\d+/", line)))
        try:
            yield found[0]
        finally:
            process.terminate()


def _take(url: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for picture in _PICTURES:
            page = browser.new_page(
                viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.scheme
            )
            page.goto(f"{url}#tab=trades")
            page.wait_for_selector(_TRADED, timeout=_PATIENCE_MS)
            page.click(f"[data-test=tab-{picture.tab}]")
            page.wait_for_selector(f"[data-test=panel-{picture.tab}] table")
            page.wait_for_selector("[data-test=plot-equity] canvas")
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=_FOLDER / picture.name)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
