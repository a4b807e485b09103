import gzip
import re
from collections.abc import AsyncIterator
from urllib.parse import urljoin

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from api.web import pages
from api.web.assets import assets

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
GRAPHIQL = "/static/vendor/graphiql-4.1.2/graphiql.min.js"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[Route("/", pages.dashboard), Route("/graphql", pages.graphiql), *pages.routes()])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/", "/graphql", "/static/graphiql.js", "/static/dashboard/main.js", GRAPHIQL, "/static/examples.json"]
)
async def test_every_answer_forbids_what_the_pages_do_not_need(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/graphql", "text/html; charset=utf-8"),
        ("/static/dashboard/main.js", "text/javascript; charset=utf-8"),
        ("/static/graphiql.css", "text/css; charset=utf-8"),
        ("/static/graphiql.js", "text/javascript; charset=utf-8"),
        ("/static/icon.svg", "image/svg+xml"),
        ("/static/examples.json", "application/json"),
        ("/static/vendor/react-18.3.1/LICENSE.txt", "text/plain; charset=utf-8"),
    ],
)
async def test_files_have_their_media_type(client: httpx.AsyncClient, path: str, media_type: str) -> None:
    assert (await client.get(path)).headers["content-type"] == media_type


@pytest.mark.parametrize(("path", "count"), [("/graphql", 9), ("/", 27)])
async def test_every_file_that_a_page_names_is_there(client: httpx.AsyncClient, path: str, count: int) -> None:
    page = (await client.get(path)).text
    named = [word.split('"')[1] for word in page.split() if word.startswith(("src=", "href="))]
    files = [name for name in named if name.startswith("static/")]
    assert [(await client.get(f"/{name}")).status_code for name in files] == [200] * count


async def test_every_module_that_the_dashboard_imports_is_there(client: httpx.AsyncClient) -> None:
    reached: set[str] = set()
    waiting = ["/static/dashboard/main.js"]
    while waiting:
        path = waiting.pop()
        answer = await client.get(path)
        assert answer.status_code == 200, path
        reached.add(path)
        imported = re.findall(r"""\b(?:from|import)\s*["'](\.{1,2}/[./@\w-]+)["']""", answer.text)
        waiting += [address for address in (urljoin(path, name) for name in imported) if address not in reached]
    assert reached >= {f"/static/dashboard/{name}.js" for name in ("kit/html", "desk/following", "views/positions")}


async def test_the_pages_lead_to_one_another(client: httpx.AsyncClient) -> None:
    assert 'href="./"' in (await client.get("/graphql")).text
    assert 'href="graphql"' in (await client.get("/static/dashboard/views/toolbar.js")).text


async def test_a_head_request_gets_the_headers_alone(client: httpx.AsyncClient) -> None:
    for path in ("/", "/graphql", GRAPHIQL):
        full, head = await client.get(path), await client.head(path)
        assert head.headers == full.headers
        assert head.content == b""


async def test_a_file_goes_out_compressed_to_those_who_understand_it(client: httpx.AsyncClient) -> None:
    asset = assets()["vendor/graphiql-4.1.2/graphiql.min.js"]
    assert asset.gzipped is not None
    compressed = await client.get(GRAPHIQL, headers={"Accept-Encoding": "gzip"})
    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.headers["content-length"] == str(len(asset.gzipped))
    assert compressed.headers["vary"] == "Accept-Encoding"
    assert compressed.content == gzip.decompress(asset.gzipped) == asset.body
    plain = await client.get(GRAPHIQL, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == asset.body


async def test_a_file_that_the_browser_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    etag = (await client.get(GRAPHIQL)).headers["etag"]
    again = await client.get(GRAPHIQL, headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert (await client.get(GRAPHIQL, headers={"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/pages.py",
        "/static/graphiql.html",
        "/static/dashboard/index.html",
        "/static/dashboard/",
        "/static/vendor/vendor.json",
        "/static/../pages.py",
        "/static/%2e%2e/pages.py",
        "/static/..%2f..%2fdomain/README.md",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/graphiql.js%00.css",
    ],
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_files_can_only_be_read(client: httpx.AsyncClient) -> None:
    assert (await client.post("/static/graphiql.js")).status_code == 405
