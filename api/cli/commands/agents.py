"""`papertape mcp`: a server for agents."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from api.choices import AgentScope, AgentTransport
from api.cli.options import Token
from api.cli.running import NOT_DONE, agent_server_settings, exit_with, run, settings_of
from api.cli.trading_options import SERVER, Url

if TYPE_CHECKING:
    from api.settings import AgentServerSettings

Allow = Annotated[
    AgentScope,
    typer.Option(help="What agents may do: read; manage too (amend, close, cancel); trade too (execute)."),
]
Accounts = Annotated[
    list[str] | None, typer.Option(help="An account that agents may use; may be repeated [default: all].")
]
Transport = Annotated[
    AgentTransport, typer.Option(help="How agents reach it: as a program that their host starts, or over HTTP.")
]
Host = Annotated[
    str | None, typer.Option(help="With http: address to listen on [env: PAPERTAPE_MCP_HOST; default: 127.0.0.1].")
]
Port = Annotated[
    int | None, typer.Option(help="With http: port to listen on [env: PAPERTAPE_MCP_PORT; default: 8001].")
]
McpToken = Annotated[
    str | None,
    typer.Option(help="With http: bearer token that agents must send [env: PAPERTAPE_MCP_TOKEN; default: none]."),
]


def mcp(
    allow: Allow = AgentScope.READ,
    account: Accounts = None,
    transport: Transport = AgentTransport.STDIO,
    host: Host = None,
    port: Port = None,
    mcp_token: McpToken = None,
    url: Url = SERVER,
    token: Token = None,
) -> None:
    """Serve agents that speak the Model Context Protocol, as a client of a running server.

    They read, unless more is allowed: `papertape mcp --allow trade --account default`. They execute only what they
    previewed shortly before. An agent's host starts it and speaks over standard input and output, or reaches it
    with `--transport http`.
    """
    if find_spec("mcp") is None:
        exit_with("agents need the extra: pip install 'papertape[mcp]'", NOT_DONE)
    settings = settings_of(NOT_DONE, token=token)
    http = _listening(transport, guarded=settings.token is not None, host=host, port=port, token=mcp_token)
    from api.cli import agents

    wanted = agents.AgentOptions(url, allow, account or (), http)
    run(settings, lambda: agents.serve_agents(settings, wanted), failure=NOT_DONE)


def _listening(transport: AgentTransport, *, guarded: bool, **given: object) -> "AgentServerSettings | None":
    """Where to listen, if it is over HTTP. Ends the program where that would open a desk that is guarded by a token."""
    if transport is AgentTransport.STDIO:
        if any(value is not None for value in given.values()):
            exit_with("--host, --port and --mcp-token need --transport http", NOT_DONE)
        return None
    settings = agent_server_settings(**given)
    if guarded and settings.token is None:
        exit_with(
            "the desk asks for a token, and whoever reaches this server could use the desk without it: "
            "set --mcp-token (or PAPERTAPE_MCP_TOKEN) first",
            NOT_DONE,
        )
    return settings
