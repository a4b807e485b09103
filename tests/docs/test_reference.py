"""The pages beside their examples: tables that follow from the code, links, words."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, REFERENCE, ROOT, anchors, links
from tests.docs.reference import commands, tables, written


@pytest.mark.parametrize("name", tables())
def test_a_table_says_what_the_code_says(name: str) -> None:
    assert written(REFERENCE.read_text(), name) == tables()[name], "python -m tests.docs.reference rewrites it"


def test_the_table_of_commands_names_every_command() -> None:
    documented = re.findall(r"^\| `papertape ([a-z ]+)", REFERENCE.read_text(), re.MULTILINE)
    assert sorted(name.strip() for name in documented) == sorted(name for name, _ in commands())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_has_a_target(page: Path) -> None:
    local = [link for link in links(page) if not link.startswith("https://")]
    assert [link for link in local if not leads_somewhere(page, link)] == []


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.is_relative_to(ROOT) and target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_no_machine_and_no_issue(page: Path) -> None:
    assert re.findall(r"(?:^|[\s(`'\"])(/(?:work|root|home|tmp)\b\S*|#\d+\b|issue \d+)", page.read_text()) == []
