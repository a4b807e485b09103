"""Files of many kinds that are broken: what is wrong is named and counted, nothing is guessed, nothing half done."""

from pathlib import Path

import pytest

from tests.files.asking_files import ASKED
from tests.files.broken_files import NAMED, REFUSED, Broken
from tests.files.broken_rows import BROKEN_ROWS
from tests.files.reading import inspected

HEADER = "Date,Open,High,Low,Close,Volume\n"
BEFORE, AFTER = "2031-03-13,2,3,1,2,7\n", "2031-03-15,2,3,1,2,7\n"


def placed(folder: Path, broken: Broken) -> str:
    """A broken file in a folder, by its name."""
    if broken.content is not None:
        content = broken.content if isinstance(broken.content, bytes) else broken.content.encode()
        (folder / broken.file).write_bytes(content)
    return broken.file


def test_there_are_files_and_rows_of_more_than_sixty_kinds() -> None:
    kinds = [*(name for name, *_ in BROKEN_ROWS), *(broken.kind for broken in (*NAMED, *REFUSED, *ASKED))]
    assert len(kinds) == len(set(kinds)) > 80


@pytest.mark.parametrize(("row", "said"), [pytest.param(row, said, id=kind) for kind, row, said in BROKEN_ROWS])
def test_a_row_that_makes_no_bar_is_named_and_those_around_it_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bars.csv").write_text(f"{HEADER}{BEFORE}{row}\n{AFTER}", encoding="utf-8")
    read = inspected("bars.csv", "--symbol", "XYZ")
    assert (read.code, read.err) == (0, "")
    summary = "bars.csv: 2 bars of XYZ, 1d each, 2031-03-13T00:00Z to 2031-03-16T00:00Z"
    assert read.out.splitlines()[:2] == [summary, f"bars.csv: line 3: {said}"]


@pytest.mark.parametrize("broken", [pytest.param(broken, id=broken.kind) for broken in NAMED])
def test_what_is_wrong_in_a_file_is_named_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Broken
) -> None:
    monkeypatch.chdir(tmp_path)
    read = inspected(placed(tmp_path, broken), *broken.options)
    assert (read.code, read.err) == (0, "")
    summary, *said = read.out.splitlines()
    assert summary.startswith(f"{broken.file}: {broken.bars} bar{'' if broken.bars == 1 else 's'} of XYZ, ")
    assert f"{broken.file}: {broken.said}" in said


@pytest.mark.parametrize("broken", [pytest.param(broken, id=broken.kind) for broken in (*REFUSED, *ASKED)])
def test_a_file_that_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Broken
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    read = inspected(placed(tmp_path, broken), *broken.options)
    assert (read.code, read.out) == (1, "")
    assert read.err == f"papertape: {broken.file}{broken.said}\n"


@pytest.mark.parametrize("broken", [pytest.param(broken, id=broken.kind) for broken in ASKED])
def test_what_is_asked_for_names_the_option_that_answers(broken: Broken) -> None:
    assert " --" in broken.said
