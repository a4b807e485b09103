"""The server's settings, and the one reader of the environment: `PAPERTAPE_HOST` and so on."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.choices import Allocator, ClockKind, ExecutionKind, LogFormat
from api.database_url import DatabaseUrl, database_url

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SHORTEST_TOKEN = 16
_BROADCASTS = ("memory://", "redis://", "rediss://")


def _hard_to_guess(value: SecretStr) -> SecretStr:
    token = value.get_secret_value()
    if not all("!" <= character <= "~" for character in token):
        raise ValueError("a token holds no spaces, and only visible characters of ASCII")
    if len(token) < SHORTEST_TOKEN:
        has = f"{len(token)} characters" if token else "nothing"
        raise ValueError(f"{has} can be guessed; use {SHORTEST_TOKEN} or more, as `openssl rand -hex 16` prints them")
    return value


Token = Annotated[SecretStr, AfterValidator(_hard_to_guess)]


class ServerSettings(BaseSettings):
    """How a server runs. Each can be an option of the command line or an environment variable."""

    model_config = SettingsConfigDict(env_prefix="PAPERTAPE_", extra="ignore", hide_input_in_errors=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on. Anything but loopback needs a token.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port to listen on; 0 picks a free one.")
    database_url: str = Field(
        default="sqlite:///papertape.sqlite3", description="sqlite:///FILE, or postgresql://USER@HOST/NAME."
    )
    broadcast_url: str = Field(
        default="memory://", description="What wakes other processes: memory://, or redis://HOST."
    )
    log_format: LogFormat = Field(default=LogFormat.CONSOLE, description="console or json.")
    workers: int = Field(
        default=1, ge=1, le=64, description="Server processes on this machine; more than 1 need PostgreSQL."
    )
    clock: ClockKind = Field(
        default=ClockKind.WALL,
        description="What a missing timestamp means: wall time, or market time, that of the latest bar.",
    )
    token: Token | None = Field(
        default=None,
        description=f"Bearer token that clients must send, {SHORTEST_TOKEN} characters or more; "
        "with it, other hosts may connect.",
    )
    allowed_hosts: str = Field(
        default="",
        description="Host names, separated by commas, by which clients may call the server; loopback always may.",
    )
    trusted_proxy: str = Field(
        default="",
        description="Addresses or networks of proxies, separated by commas: each may hold any number of connections, "
        "and its X-Forwarded-Proto is believed; loopback always may.",
    )
    allocator: Allocator = Field(
        default=Allocator.PYTHON,
        description="What hands out memory: Python, or the C library's malloc, of which more goes back to the system "
        "once many clients have gone.",
    )

    feed: str = Field(
        default="",
        description="Markets to be fed from: the name of a feed and its options, several separated by semicolons, "
        "like ccxt exchange=binance symbols=BTC/USDT.",
    )

    notify_private: str = Field(
        default="",
        description="Private addresses or networks, separated by commas, that notifications may be sent to; without "
        "it only those of the internet.",
    )

    execution: ExecutionKind = Field(
        default=ExecutionKind.COMPILED,
        description="How operations run: compiled, or as the reference, graphql-core, which is the same but slower.",
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        database_url(value)
        return value

    @field_validator("broadcast_url")
    @classmethod
    def _known_broadcast(cls, value: str) -> str:
        if not value.startswith(_BROADCASTS):
            scheme = value.partition("://")[0][:20] + "://"
            raise ValueError(f"{scheme!r} is not supported; use memory:// or redis://HOST")
        return value

    @field_validator("trusted_proxy", "notify_private")
    @classmethod
    def _known_networks(cls, value: str) -> str:
        for network in _listed(value):
            try:
                ip_network(network)
            except ValueError:
                raise ValueError(
                    f"{network!r} is neither an address nor a network; write 10.0.0.7, 10.0.0.0/24 or fd00::/64"
                ) from None
        return value

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.host not in LOOPBACK and self.token is None:
            raise ValueError(
                f"listening on {self.host} opens the desk to the network: set --token (or PAPERTAPE_TOKEN) first"
            )
        if self.workers > 1 and self.database.is_embedded:
            raise ValueError(
                f"{self.workers} workers cannot share a SQLite file: use a postgresql:// database, or one worker"
            )
        if self.workers > 1 and self.feed:
            raise ValueError(f"{self.workers} workers would each feed the desk: run `papertape feed` beside them")
        return self

    @property
    def database(self) -> DatabaseUrl:
        """What the database's URL says."""
        return database_url(self.database_url)

    @property
    def hosts(self) -> list[str]:
        """The names by which clients may call the server."""
        named = _listed(self.allowed_hosts)
        if not named and self.host not in LOOPBACK:
            return ["*"]
        return [*sorted(LOOPBACK), "[::1]", self.host, *named]

    @property
    def trusted_networks(self) -> list[IPv4Network | IPv6Network]:
        """The proxies, and networks of proxies, before the server."""
        return [ip_network(network) for network in _listed(self.trusted_proxy)]

    @property
    def private_networks(self) -> list[IPv4Network | IPv6Network]:
        """Where notifications may be sent beside the internet."""
        return [ip_network(network) for network in _listed(self.notify_private)]

    @property
    def secret(self) -> str | None:
        """The token in clear."""
        return None if self.token is None else self.token.get_secret_value()


class AgentServerSettings(BaseSettings):
    """How a server for agents listens, `papertape mcp --transport http`: PAPERTAPE_MCP_HOST and so on."""

    model_config = SettingsConfigDict(env_prefix="PAPERTAPE_MCP_", extra="ignore", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8001, ge=0, le=65_535)
    token: Token | None = None

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.host not in LOOPBACK and self.token is None:
            raise ValueError(
                f"listening on {self.host} opens the desk to the network: "
                "set --mcp-token (or PAPERTAPE_MCP_TOKEN) first"
            )
        return self

    @property
    def hosts(self) -> list[str]:
        """The names by which agents may call the server: any, where its token keeps out who should not."""
        return [*sorted(LOOPBACK), "[::1]"] if self.host in LOOPBACK else ["*"]

    @property
    def secret(self) -> str | None:
        """The token in clear."""
        return None if self.token is None else self.token.get_secret_value()


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
