"""Every package stands in an import contract, and an import that breaks one is detected."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "domain", "migrations")

Contract = dict[str, Any]

CONTRACTS: list[Contract] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERED = [contract for contract in CONTRACTS if contract["type"] == "layers"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code, to build in."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def only_code(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if (Path(folder) / name).is_file() and not name.endswith(".py")} | {"__pycache__"}


def broken_contracts(copy: Path) -> list[str]:
    """The names of the contracts that the code in a folder breaks."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=copy, capture_output=True, text=True, env={"COLUMNS": "500", "PATH": ""}
    )
    return re.findall(r"^(.*) BROKEN\b", done.stdout, re.MULTILINE)


def add_import(copy: Path, module: str, imported: str) -> None:
    """Have a module import another."""
    path = copy / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    file.write_text(f"{file.read_text()}\nimport {imported}\n")


def violation(contract: Contract) -> tuple[str, str]:
    """A module and what it must not import, by a contract."""
    if contract["type"] == "forbidden":
        return contract["source_modules"][-1], contract["forbidden_modules"][0]
    container, layers = contract["containers"][0], contract["layers"]
    lowest, highest = (re.split(r"[|:]", layer)[0].strip(" ()") for layer in (layers[-1], layers[0]))
    return f"{container}.{lowest}", f"{container}.{highest}"


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["name"])
def test_an_import_against_a_contract_is_detected(copy: Path, contract: Contract) -> None:
    add_import(copy, *violation(contract))
    assert contract["name"] in broken_contracts(copy)


@pytest.mark.parametrize("contract", LAYERED, ids=lambda contract: contract["name"])
def test_a_module_that_stands_in_no_contract_is_detected(copy: Path, contract: Contract) -> None:
    (copy / contract["containers"][0].replace(".", "/") / "unheard_of.py").write_text("")
    assert broken_contracts(copy) == [contract["name"]]


def test_every_package_of_api_and_domain_stands_in_a_contract() -> None:
    exhaustive = {container for contract in LAYERED if contract["exhaustive"] for container in contract["containers"]}
    assert exhaustive >= {"api", "domain"}


def test_only_persistence_may_know_sqlalchemy() -> None:
    [contract] = [contract for contract in CONTRACTS if contract["name"] == "Only persistence knows SQLAlchemy"]
    rooms = {path.stem for path in (ROOT / "api").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    others = rooms - {"__init__", "persistence"}
    assert contract["source_modules"] == sorted(f"api.{room}" for room in others)
