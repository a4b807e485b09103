"""What holds for the project as a whole: its top level, sizes, pins, the purity of its domain, its use of libraries."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from strawberry import Schema

ROOT = Path(__file__).parents[1]
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
SOURCES = [path for path in TRACKED if path.startswith(("api/", "domain/")) and path.endswith(".py")]
LIBRARY_INTERNALS = {
    "api/graphql/library_internals.py": {
        "_relevant_sub_fields",
        "_schema",
        "__strawberry_definition__",
    },
    "api/server/library_internals.py": {"_receivebuffer", "_types", "_unset_keepalive_if_required"},
    "api/streams/library_internals.py": {"_backend", "_base", "_listener_task"},
}
"""The private names of libraries that the modules for them touch."""

PUBLIC_ALL_THE_SAME = {"_mapping"}
"""What SQLAlchemy documents, with an underscore so that a column may have the name."""

DOMAIN = sorted(ROOT.glob("domain/**/*.py"))

TOP_LEVEL = {"api", "domain", "migrations", "tests", "schema.graphql", "pyproject.toml", "README.md"}
BESIDE_IT = {"Makefile", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "constraints.txt"}
LINES_PER_FILE = 300
LINES_PER_FUNCTION = 40

# A clock, randomness, ids, or the world outside: the domain is given them (R2).
IMPURE_MODULES = {
    "asyncio", "concurrent", "glob", "http", "io", "locale", "logging", "multiprocessing", "os", "pathlib", "platform",
    "queue", "random", "secrets", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile",
    "threading", "time", "urllib", "zoneinfo",
}  # fmt: skip
ROUNDING_CALLS = {"quantize", "round", "to_integral", "to_integral_exact", "to_integral_value"}
IMPURE_CALLS = {"input", "now", "open", "print", "today", "utcnow", "uuid1", "uuid4"}


def test_the_top_level_holds_two_packages_and_nothing_unexpected() -> None:
    entries = {path.partition("/")[0] for path in TRACKED}
    assert {entry for entry in entries if not entry.startswith(".")} - TOP_LEVEL - BESIDE_IT == set()


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "api/README.md",
        "domain/README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "LICENSE",
        "constraints.txt",
    ],
)
def test_the_documentation_and_the_tools_for_newcomers_are_there(path: str) -> None:
    assert path in TRACKED


def test_every_part_of_the_tests_stands_in_the_table_of_tests() -> None:
    rows = re.findall(r"^\| .* \| (.*) \|$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    shown = {name.removeprefix("tests/") for row in rows for name in re.findall(r"`([^`]+)`", row)}
    folders = {path.split("/")[1] for path in TRACKED if path.startswith("tests/") and path.count("/") > 1}
    files = {path.removeprefix("tests/") for path in TRACKED if re.fullmatch(r"tests/test_\w+\.py", path)}
    assert (folders | files) - {"vendor"} - shown == set()


def test_a_test_of_a_rule_stands_in_the_last_file_whose_number_is_not_above_it() -> None:
    files = [Path(path) for path in TRACKED if re.fullmatch(r"tests/domain/test_r\d\d_\w+\.py", path)]
    numbers = {file: int(file.name[6:8]) for file in files if (ROOT / file).exists()}
    tests = re.compile(r"^(?:async )?def (test_(?:r(\d+)_)?\w+)", re.MULTILINE)
    misplaced = [
        f"{file}: {name}"
        for file, number in numbers.items()
        for name, rule in tests.findall((ROOT / file).read_text())
        if not rule or number != max(known for known in numbers.values() if known <= int(rule))
    ]
    assert misplaced == []


def test_no_test_module_is_imported_by_another() -> None:
    imported = re.compile(r"^(?:from|import) (tests\.(?:\w+\.)*test_\w+)", re.MULTILINE)
    names = {path: imported.findall((ROOT / path).read_text()) for path in TRACKED if re.match(r"tests/.*\.py$", path)}
    assert {path: found for path, found in names.items() if found} == {}


def test_alembic_is_configured_in_pyproject_alone() -> None:
    assert [path for path in TRACKED if Path(path).name == "alembic.ini"] == []


def test_no_source_file_is_too_long_to_read() -> None:
    lines = {path: len((ROOT / path).read_text().splitlines()) for path in SOURCES if (ROOT / path).exists()}
    assert {path for path, count in lines.items() if count >= LINES_PER_FILE} == set()


def test_no_function_is_too_long_to_read() -> None:
    lengths = {
        f"{path}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in SOURCES
        if (ROOT / path).exists()
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name for name, length in lengths.items() if length > LINES_PER_FUNCTION} == set()
    assert median(lengths.values()) < 8


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: path.name)
def test_the_domain_is_pure_and_exact(path: Path) -> None:
    assert list(impurities(ast.parse(path.read_text()))) == []


def test_rounding_is_left_to_money() -> None:
    trees = {path.name: ast.parse(path.read_text()) for path in DOMAIN if path.name != "money.py"}
    assert [name for name, tree in trees.items() for node in ast.walk(tree) if rounds(node)] == []


@pytest.mark.parametrize("code", ["price / 3", "price /= 3", "round(price, 8)", "price.quantize(STEP)"])
def test_rounding_would_be_detected(code: str) -> None:
    assert any(rounds(node) for node in ast.walk(ast.parse(code)))


def rounds(node: ast.AST) -> bool:
    match node:
        case ast.Div():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in ROUNDING_CALLS
    return False


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("price = 1.5", "line 1: the float 1.5"),
        ("price = float(x)", "line 1: float"),
        ("import numpy.linalg", "line 1: imports numpy"),
        ("from time import monotonic", "line 1: imports time"),
        ("from api.settings import ServerSettings", "line 1: imports api"),
        ("made = datetime.now(UTC)", "line 1: calls now"),
        ("id = uuid4()", "line 1: calls uuid4"),
    ],
)
def test_an_impurity_would_be_detected(code: str, complaint: str) -> None:
    assert list(impurities(ast.parse(code))) == [complaint]


def impurities(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        for what in impurities_of(node):
            yield f"line {getattr(node, 'lineno', 0)}: {what}"


def impurities_of(node: ast.AST) -> list[str]:
    match node:
        case ast.Constant(value=float() | complex() as value):
            return [f"the float {value}"]
        case ast.Name(id="float"):
            return ["float"]
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in IMPURE_CALLS:
            return [f"calls {name}"]
        case ast.Import(names=aliases):
            return [f"imports {alias.name.partition('.')[0]}" for alias in aliases if not is_pure(alias.name)]
        case ast.ImportFrom(module=str(module), level=0) if not is_pure(module):
            return [f"imports {module.partition('.')[0]}"]
    return []


def is_pure(module: str) -> bool:
    package = module.partition(".")[0]
    return package == "domain" or (package in sys.stdlib_module_names and package not in IMPURE_MODULES)


def test_the_modules_for_it_alone_use_private_names_of_libraries() -> None:
    paths = [path for path in SOURCES if (ROOT / path).exists()]
    touched = {path: private_parts(ast.parse((ROOT / path).read_text())) - PUBLIC_ALL_THE_SAME for path in paths}
    assert {path: names for path, names in touched.items() if names} == LIBRARY_INTERNALS


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("schema._schema", "_schema"),
        ("self._schema._schema", "_schema"),
        ("kind.__strawberry_definition__", "__strawberry_definition__"),
        ("class Mine(strawberry.Schema):\n    def _stream(self): ...", "_stream"),
        ("from strawberry.schema._collect import thing", "_collect"),
        ("from graphql.execution import _hidden", "_hidden"),
    ],
)
def test_a_use_of_a_private_name_would_be_detected(code: str, name: str) -> None:
    assert private_parts(ast.parse(code)) == {name}


def private_parts(tree: ast.Module) -> set[str]:
    """The names of what belongs to others by its underscore: what is not the class's own."""
    return {name for node in ast.walk(tree) for name in private_names(node) if is_private(name)}


def private_names(node: ast.AST) -> list[str]:
    match node:
        case ast.Attribute(value=ast.Name(id="self" | "cls")):
            return []
        case ast.Attribute(attr=name):
            return [name]
        case ast.ClassDef(bases=[_, *_], body=body):
            methods = [part.name for part in body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
            return [name for name in methods if hasattr(Schema, name)]
        case ast.ImportFrom(module=str(module), names=aliases):
            return [*module.split("."), *(alias.name for alias in aliases)]
        case ast.Import(names=aliases):
            return [part for alias in aliases for part in alias.name.split(".")]
    return []


def is_private(name: str) -> bool:
    return name.startswith("__strawberry_") or (name.startswith("_") and not name.startswith("__"))


def test_every_pin_is_a_name_and_an_exact_version() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*", line)] == []


def test_every_dependency_is_pinned_within_its_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["dev"]]
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines())
    pinned = {canonicalize_name(name): version for name, version in pins.items()}
    unmet = [str(need) for need in wanted if pinned.get(canonicalize_name(need.name), "0") not in need.specifier]
    assert unmet == [], "make lock pins again what pyproject.toml asks for"
