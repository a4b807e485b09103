"""The rule book beside the code: where each rule and each module of the domain stands, and its words."""

import re
from itertools import chain

from tests.docs.pages import ROOT

_DOMAIN = ROOT / "domain"
_TEXT = (_DOMAIN / "README.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the rows of the one table below a heading."""
    section = re.split(r"^## ", _TEXT.split(f"\n## {heading}\n")[1], flags=re.MULTILINE)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def module_names() -> list[str]:
    paths = (path.relative_to(_DOMAIN).with_suffix("") for path in sorted(_DOMAIN.rglob("*.py")))
    return [path.as_posix() for path in paths if path.name != "__init__"]


def rules_named(text: str) -> set[int]:
    spans = re.findall(r"R(\d+)(?:–R(\d+))?", text)
    return set(chain.from_iterable(range(int(first), int(last or first) + 1) for first, last in spans))


def test_every_module_of_the_domain_stands_in_the_table_of_the_rule_book_once() -> None:
    named = [name for modules, _ in rows("Where to find it in the code") for name in re.findall(r"`([^`]+)`", modules)]
    assert len(named) == len(set(named))
    folders = tuple(name for name in named if name.endswith("/"))
    assert [name for name in module_names() if name not in named and not name.startswith(folders)] == []
    assert [name for name in named if not (_DOMAIN / name).is_dir() and name not in module_names()] == []


def test_every_rule_stands_in_the_table_of_the_rule_book() -> None:
    told = {int(number) for number in re.findall(r"^\*\*R(\d+)\b", _TEXT, re.MULTILINE)}
    assert told == {*range(1, 42), 49}
    assert rules_named(" ".join(rules for _, rules in rows("Where to find it in the code"))) == told


def test_the_words_of_the_rule_book_are_in_the_order_of_the_alphabet() -> None:
    words = [word for word, _ in rows("Words")]
    assert words == sorted(words, key=str.lower)
