import hashlib
import json
import re
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
        ("preact", "11.2.0", "MIT"),
        ("@preact/signals-core", "1.14.5", "MIT"),
        ("@preact/signals", "2.11.4", "MIT"),
        ("htm", "3.1.1", "Apache-2.0"),
        ("uplot", "1.6.32", "MIT"),
        ("graphql-ws", "6.4.2", "MIT"),
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


IMPORTED = re.compile(r"""(?:^|[;}])\s*(?:import|export)\b[\w\s{},$*]*\bfrom\s*["']([./@\w-]+)["']""", re.MULTILINE)


def test_a_vendored_module_imports_only_what_lies_beside_it() -> None:
    for entry in PACKAGES[4:]:
        for name in (name for name in entry["files"] if name.endswith(".js")):
            imported = IMPORTED.findall((VENDOR / name).read_text(encoding="utf-8"))
            assert [path for path in imported if not (VENDOR / name).parent.joinpath(path).is_file()] == [], name
