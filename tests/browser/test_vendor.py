import hashlib
import json
from pathlib import Path

from api import web

VENDOR = Path(web.__file__).parent / "vendor"
PACKAGES = json.loads((VENDOR / "vendor.json").read_text(encoding="utf-8"))


def test_the_vendored_packages_are_these() -> None:
    assert [(entry["package"], entry["version"], entry["licence"]) for entry in PACKAGES] == [
        ("react", "18.3.1", "MIT"),
        ("react-dom", "18.3.1", "MIT"),
        ("graphiql", "4.1.2", "MIT"),
        ("@graphiql/plugin-explorer", "4.0.6", "MIT"),
    ]


def test_every_vendored_file_is_the_one_that_was_recorded() -> None:
    recorded = {path: digest for entry in PACKAGES for path, digest in entry["files"].items()}
    files = {path.relative_to(VENDOR).as_posix(): path for path in VENDOR.rglob("*") if path.is_file()}
    del files["vendor.json"]
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()} == recorded


def test_every_package_comes_with_its_licence() -> None:
    for entry in PACKAGES:
        assert any(path.endswith(".txt") for path in entry["files"]), entry["package"]


def test_no_style_embeds_a_font_and_no_script_names_a_source_map() -> None:
    for path in VENDOR.rglob("*.css"):
        assert b"@font-face" not in path.read_bytes()
    for path in VENDOR.rglob("*.js"):
        assert b"sourceMappingURL" not in path.read_bytes()
