"""The wheel installs one package, beside whatever other packages are called `api` or `domain`."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGES = ("api", "domain", "migrations")
NOT_SHIPPED = ("api/web/screenshots/",)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    return next(folder.glob("papertape-*.whl"))


def files_in(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def files_of_the_repository() -> set[str]:
    files = (path for package in PACKAGES for path in (REPOSITORY / package).rglob("*") if path.is_file())
    names = {path.relative_to(REPOSITORY).as_posix() for path in files if "__pycache__" not in path.parts}
    return {name for name in names if not name.startswith(NOT_SHIPPED)}


def test_every_file_of_the_packages_is_in_it_below_one_name(wheel: Path) -> None:
    entry_point = "api/__main__.py"
    below = {f"papertape/{name}" for name in files_of_the_repository() - {entry_point}}
    assert files_in(wheel) == {"papertape/__main__.py", *below}


def test_it_runs_beside_other_packages_of_the_same_names(wheel: Path, tmp_path: Path) -> None:
    installed, others, folder = tmp_path / "installed", tmp_path / "others", tmp_path / "folder"
    with ZipFile(wheel) as archive:
        archive.extractall(installed)
    for name in PACKAGES:
        (others / name).mkdir(parents=True)
        (others / name / "__init__.py").write_text("raise ImportError('of another program')\n")
    folder.mkdir()
    environment = os.environ | {"PYTHONPATH": f"{others}{os.pathsep}{installed}"}

    def papertape(*arguments: str) -> str:
        command = [sys.executable, "-m", "papertape", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout

    assert "Usage: python -m papertape demo" in papertape("demo", "--help")
    assert "papertape.sqlite3 is at revision" in papertape("migrate")
