"""For maintainers: `python -m api.web.refresh`, with npm on the PATH, makes `vendor/` again, byte for byte."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_FOLDER = Path(__file__).parent
_VENDOR = _FOLDER / "vendor"
# What GraphiQL's one file holds besides itself; the versions matter for their licence texts only.
_BUNDLED: Mapping[str, str] = json.loads((_FOLDER / "bundled.json").read_text(encoding="utf-8"))
_SOURCE_MAP_COMMENT = re.compile(rb"\s*(//# sourceMappingURL=\S+|/\*# sourceMappingURL=[^*]+\*/)\s*\Z")
_FONT_FACE = re.compile(rb"@font-face\s*\{[^}]*\}\s*")
_LICENCE = re.compile(r"package/(licen[cs]e|copying|notice)[^/]*", re.IGNORECASE)

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package, and what is taken from it: our file name by the name in the package.

    `imports` are the bare names that its modules import, and the relative path that stands for each instead: the
    pages' policy forbids import maps.
    """

    spec: str
    files: Mapping[str, str]
    licences_of: tuple[str, ...] = ()
    imports: Mapping[str, str] = field(default_factory=dict)


_PACKAGES = (
    Package("react@18.3.1", {"umd/react.production.min.js": "react.production.min.js"}),
    Package("react-dom@18.3.1", {"umd/react-dom.production.min.js": "react-dom.production.min.js"}),
    Package(
        "graphiql@4.1.2",
        {"graphiql.min.js": "graphiql.min.js", "graphiql.min.css": "graphiql.min.css"},
        tuple(f"{name}@{version}" for name, version in _BUNDLED.items()),
    ),
    Package(
        "@graphiql/plugin-explorer@4.0.6",
        {"dist/index.umd.js": "index.umd.js", "dist/style.css": "style.css"},
        # The package has no licence file of its own: it comes from GraphiQL's repository, around graphiql-explorer.
        ("graphiql@4.1.2", "graphiql-explorer@0.9.0"),
    ),
    Package(
        "preact@11.2.0",
        {"dist/preact.mjs": "preact.js", "hooks/dist/hooks.mjs": "hooks.js"},
        imports={"preact": "./preact.js"},
    ),
    Package("@preact/signals-core@1.14.5", {"dist/signals-core.mjs": "signals-core.js"}),
    Package(
        "@preact/signals@2.11.4",
        {"dist/signals.mjs": "signals.js"},
        imports={
            "preact": "../preact-11.2.0/preact.js",
            "preact/hooks": "../preact-11.2.0/hooks.js",
            "@preact/signals-core": "../preact-signals-core-1.14.5/signals-core.js",
        },
    ),
    Package("htm@3.1.1", {"dist/htm.mjs": "htm.js"}),
    Package("uplot@1.6.32", {"dist/uPlot.esm.js": "uPlot.js", "dist/uPlot.min.css": "uPlot.css"}),
    Package(
        "graphql-ws@6.4.2",
        {"dist/client.js": "client.js", "dist/common-CGW11Fyb.js": "common-CGW11Fyb.js"},
    ),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        downloads, vendor = Path(temporary, "npm"), Path(temporary, "vendor")
        downloads.mkdir()
        specs = {spec for package in _PACKAGES for spec in (package.spec, *package.licences_of)}
        tarballs = _download(specs, downloads)
        _check_bundled(_members(tarballs["graphiql@4.1.2"])["package/graphiql.min.js.map"])
        manifest = [_unpack(package, tarballs, vendor) for package in _PACKAGES]
        (vendor / "vendor.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        shutil.rmtree(_VENDOR, ignore_errors=True)
        shutil.copytree(vendor, _VENDOR)
    sys.stdout.write(f"{_VENDOR}: {len(manifest)} packages\n")


def _download(specs: set[str], folder: Path) -> Files:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch the packages, and is not on the PATH.")
    command = [npm, "pack", "--silent", "--ignore-scripts", *sorted(specs)]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own constants
    return {spec: (folder / f"{_flat(spec)}.tgz").read_bytes() for spec in specs}


def _members(tarball: bytes) -> Files:
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        files = ((member.name, archive.extractfile(member)) for member in archive.getmembers() if member.isfile())
        return {name: file.read() for name, file in files if file is not None}


def _check_bundled(source_map: bytes) -> None:
    sources = (source.rpartition("node_modules/") for source in json.loads(source_map)["sources"])
    names = {"/".join(path.split("/")[: 2 if path.startswith("@") else 1]) for _, files, path in sources if files}
    # React is there in name only: an adapter to the page's own copy.
    if difference := (names - {"react", "react-dom"}) ^ _BUNDLED.keys():
        raise SystemExit(f"bundled.json and the source map of GraphiQL differ: {', '.join(sorted(difference))}")


def _unpack(package: Package, tarballs: Files, vendor: Path) -> dict[str, object]:
    members = _members(tarballs[package.spec])
    contents = {
        ours: _with_imports(package.imports, _strip(ours, members[f"package/{theirs}"]))
        for theirs, ours in package.files.items()
    }
    contents |= _licences(package, members, tarballs)
    folder = vendor / _flat(package.spec)
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    about = json.loads(members["package/package.json"])
    return {
        "package": about["name"],
        "version": about["version"],
        "licence": about["license"],
        "tarball_sha256": _sha256(tarballs[package.spec]),
        **({"imports": dict(package.imports)} if package.imports else {}),
        "files": {f"{folder.name}/{name}": _sha256(content) for name, content in sorted(contents.items())},
    }


def _strip(name: str, content: bytes) -> bytes:
    """Without what the browser would fetch and the page's policy forbids: source maps, embedded fonts."""
    content = _SOURCE_MAP_COMMENT.sub(b"\n", content)
    return _FONT_FACE.sub(b"", content) if name.endswith(".css") else content


def _with_imports(paths: Mapping[str, str], module: bytes) -> bytes:
    """With a relative path in place of every bare name; the names' quotes keep one from being part of another."""
    for name, path in paths.items():
        module = re.sub(rb'\bfrom\s*"' + re.escape(name.encode()) + rb'"', f'from"{path}"'.encode(), module)
    return module


def _licences(package: Package, members: Files, tarballs: Files) -> Files:
    own = _licence(members)
    carriers = {spec: _members(tarballs[spec]) for spec in sorted(package.licences_of)}
    others = {spec: _licence(files) or _licence_by_name(files) for spec, files in carriers.items()}
    texts = ({"LICENSE.txt": own} if own else {}) | ({"THIRD-PARTY.txt": _grouped(others)} if others else {})
    return {name: text.encode() for name, text in texts.items()}


def _licence(members: Files) -> str:
    texts = [content.decode().strip() for name, content in sorted(members.items()) if _LICENCE.fullmatch(name)]
    return "\n\n".join(texts) + "\n" if texts else ""


def _licence_by_name(members: Files) -> str:
    return f"{json.loads(members['package/package.json'])['license']}, as its package.json says; it holds no text.\n"


def _grouped(licences: Mapping[str, str]) -> str:
    """Each licence text once, under the names of the packages that carry it."""
    names: dict[str, list[str]] = {}
    for spec, text in licences.items():
        names.setdefault(text, []).append(spec.rpartition("@")[0])
    return "\n".join(f"{', '.join(carriers)}\n{'-' * 72}\n{text}" for text, carriers in names.items())


def _flat(spec: str) -> str:
    return spec.removeprefix("@").replace("/", "-").replace("@", "-")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
