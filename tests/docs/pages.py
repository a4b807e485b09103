"""The pages that people read, in pieces: blocks of code, links, headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
REFERENCE = ROOT / "api/README.md"
PAGES = tuple(
    ROOT / name
    for name in (
        "README.md",
        "api/README.md",
        "domain/README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "api/examples/README.md",
        "api/feeds/data/README.md",
    )
)

_HEADING = re.compile(r"#+ (.+)")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: what stands after the fence (language, then a word for the tests), and the heading above it."""

    line: int
    language: str
    word: str
    section: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    section, fence, started, held = "", None, 0, list[str]()
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if fence is not None and line == "```":
            language, _, word = fence.partition(" ")
            yield Block(started, language, word, section, "\n".join(held))
            fence, held = None, []
        elif fence is not None:
            held.append(line)
        elif line.startswith("```"):
            fence, started = line.removeprefix("```"), number
        elif heading := _HEADING.fullmatch(line):
            section = heading[1]


def prose(page: Path) -> str:
    """A page without its blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    """Where a page points to."""
    return _LINK.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """What can stand after a `#`: the headings, as they are shortened on the page."""
    headings = (_HEADING.fullmatch(line) for line in prose(page).splitlines())
    return {re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-") for heading in headings if heading}
