"""A server uses uvloop and httptools where they are installed, and does without them where they are not."""

from pathlib import Path

import pytest

from tests.processes import serving

LIBRARIES = ("uvloop", "httptools")


@pytest.mark.parametrize("missing", [(), *[(name,) for name in LIBRARIES], LIBRARIES])
def test_a_server_uses_what_is_installed(tmp_path: Path, missing: tuple[str, ...]) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    for name in missing:
        (hidden / f"{name}.py").write_text("raise ImportError\n")
    with serving(folder=tmp_path, environment={"PYTHONPATH": str(hidden)}) as server:
        assert server.query("{ __typename }") == {"__typename": "Query"}
        loaded = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert [name for name in LIBRARIES if f"/{name}/" in loaded] == [name for name in LIBRARIES if name not in missing]
