"""Files for the browser, read once, compressed when first asked for, found by exact name: no path reaches the disk."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from api.web.examples import examples

_FOLDER = Path(__file__).parent
_MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_COMPRESS_FROM = 1_000


@dataclass(frozen=True, slots=True)
class Asset:
    """A file's bytes, and a weak ETag that every server agrees on."""

    body: bytes
    media_type: str
    etag: str

    @property
    def gzipped(self) -> bytes | None:
        """The bytes compressed; None if that is not worth it."""
        return _gzipped(self.body) if len(self.body) >= _COMPRESS_FROM else None


@cache
def assets() -> Mapping[str, Asset]:
    """Everything that a browser may load, by its path below `api/web`."""
    paths = (path for path in sorted(_FOLDER.rglob("*")) if path.suffix in _MEDIA_TYPES)
    files = {
        path.relative_to(_FOLDER).as_posix(): _asset(path.read_bytes(), _MEDIA_TYPES[path.suffix]) for path in paths
    }
    return files | {"examples.json": _asset(_examples_json(), "application/json")}


def _examples_json() -> bytes:
    return json.dumps([asdict(example) for example in examples()]).encode()


def _asset(body: bytes, media_type: str) -> Asset:
    return Asset(
        body=body,
        media_type=media_type,
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:32]}"',
    )


@cache
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
