"""A client made from the schema by the settings of the example trades, and its figures are exact."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import build_schema, is_scalar_type, is_specified_scalar_type

from api.graphql.schema import printed
from tests.processes import PATIENCE_SECONDS, serving
from tests.services import unavailable

ROOT = Path(__file__).parents[2]
EXAMPLE = Path("api/examples/codegen")
GENERATOR = ROOT / "build/ariadne-codegen/bin/ariadne-codegen"
SEE_ACME = """mutation ($time: DateTime!) {
  ingestQuotes(input: { quotes: [{ symbol: "ACME", time: $time, price: "100" }] }) { applied }
}"""
EXACT = """
import asyncio, sys
from papertape_client import Client

async def main() -> None:
    async with Client(sys.argv[1]) as desk:
        [position] = (await desk.open_positions("codegen")).positions.nodes
    print(repr(position.signalId), repr(position.entryPrice), position.entryTime.isoformat())

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example in a folder of its own, with the client that its settings make of the schema."""
    if not GENERATOR.exists():
        unavailable(f"no ariadne-codegen: make {GENERATOR.relative_to(ROOT)}")
    clone = tmp_path_factory.mktemp("clone")
    shutil.copy(ROOT / "schema.graphql", clone)
    made = shutil.ignore_patterns("node_modules", "papertape_client", "papertape.ts")
    folder = Path(shutil.copytree(ROOT / EXAMPLE, clone / EXAMPLE, ignore=made))
    run(str(GENERATOR), "--config", "ariadne-codegen.toml", folder=folder)
    return folder


def run(*command: str, folder: Path) -> list[str]:
    """The lines that a command prints."""
    finished = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout.splitlines()


def test_a_client_made_from_the_schema_sends_a_signal_and_reads_positions_exactly(
    example: Path, tmp_path: Path
) -> None:
    with serving("--clock", "market", folder=tmp_path) as server:
        server.query(SEE_ACME, time="2024-03-01T21:00:00Z")
        trades = [run(sys.executable, "trade.py", server.url, folder=example) for _ in range(2)]
        figures = run(sys.executable, "-c", EXACT, server.url, folder=example)
    assert trades == [["ACME 199 100.02 19903.98"]] * 2
    assert figures == ["UUID('60d100d5-04e9-5dbe-b778-28539fe4fdb3') Decimal('100.02') 2024-03-01T21:00:00+00:00"]


def test_a_refusal_reaches_the_client_with_its_code(example: Path, tmp_path: Path) -> None:
    with serving("--clock", "market", folder=tmp_path) as server:
        [line] = run(sys.executable, "trade.py", server.url, folder=example)
    assert line.startswith("NO_MARKET_PRICE no price of ACME is known")


def test_a_type_checker_knows_what_the_client_gives(example: Path) -> None:
    checked = run(sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "trade.py", folder=example)
    assert checked == ["Success: no issues found in 1 source file"]


@pytest.mark.parametrize("settings", ["ariadne-codegen.toml", "codegen.ts"])
def test_the_settings_of_client_generators_name_every_scalar_of_the_schema(settings: str) -> None:
    schema = build_schema(printed())
    ours = (kind for kind in schema.type_map.values() if is_scalar_type(kind) and not is_specified_scalar_type(kind))
    text = (ROOT / EXAMPLE / settings).read_text()
    assert [kind.name for kind in ours if not re.search(rf"\b{kind.name}\b", text)] == []
