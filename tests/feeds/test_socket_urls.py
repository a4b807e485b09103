"""Addresses of WebSockets hold secrets: what is wrong with one is said without quoting it."""

from pathlib import Path

import pytest

from api.errors import BadArgument
from api.feeds.feed import MarketLost
from api.feeds.options import FeedOptions
from api.feeds.registry import make_feed
from api.feeds.sockets import MarketSocket

HIDDEN = "hidden-in-the-url"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"https://example.com/?token={HIDDEN}", "scheme isn't ws or wss"),
        (f"ws://127.0.0.1:99999/?token={HIDDEN}", "its host or port is none"),
        (f"ws://127.0.0.1:{HIDDEN}/", "its host or port is none"),
        (f"ws://[::1/?token={HIDDEN}", "its host or port is none"),
        (f"ws:///{HIDDEN}", "hostname isn't provided"),
        (f"wss://{HIDDEN}@example.com/", "username provided without password"),
        (HIDDEN, "scheme isn't ws or wss"),
    ],
)
def test_what_is_no_address_of_a_socket_is_refused_unquoted(url: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(url)
    with pytest.raises(BadArgument) as refused:
        make_feed(FeedOptions.of("json", [f"url=@{file}"]))
    assert str(refused.value) == f"url= must be like wss://example.com/bars or ws://127.0.0.1:9000: {reason}"


@pytest.mark.parametrize(
    ("url", "proxy", "problem"),
    [
        (f"https://example.com/?token={HIDDEN}", "", "InvalidURI"),
        (f"ws://127.0.0.1:99999/?token={HIDDEN}", "", "ValueError"),
        ("ws://example.com/", f"nothing://{HIDDEN}:9", "InvalidProxy"),
    ],
)
async def test_a_connection_that_cannot_be_made_is_told_unquoted(
    url: str, proxy: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "socks_proxy", "HTTP_PROXY", "HTTPS_PROXY", "SOCKS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("socks_proxy", proxy)
    with pytest.raises(MarketLost) as lost:
        async with MarketSocket(url, "the market"):
            pytest.fail("there is nothing to connect to")
    assert str(lost.value) == f"a connection to the market cannot be made: {problem}"
