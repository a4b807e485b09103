"""The server of the Model Context Protocol: it lists the tools that are allowed, and answers their calls."""

import json
from functools import cached_property
from importlib.metadata import version
from typing import Any

import structlog
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, TextContent
from mcp_types import Tool as ListedTool

from api.agents.declined import Declined, DeclinedCode
from api.agents.desk_access import DeskAccess
from api.agents.tool import Tool
from api.agents.tools.registry import TOOLS
from api.choices import AgentScope

_INSTRUCTIONS = """Papertape is a paper-trading desk: simulated fills, real rules, no real money.

Prices, quantities and amounts (USD) are exact decimals as strings, "100.02"; percents are 0 to 100; times are ISO 8601
in UTC, and those you send need an offset, "2024-03-01T21:00:00Z". R is the risk first taken: entry to stop.
The id of a signal names the position that it opened, too. What the desk refuses is an answer: errors with a code, a
sentence, the figures; nothing else happened. Numbers such as (R18) are its rules. Lists come in pages: pass nextCursor
as after.
"""
_HOW_FAR = {
    AgentScope.READ: "You may look, preview and explain here, not trade.",
    AgentScope.MANAGE: "You may change and close what is open, and cancel what waits, but open nothing.",
    AgentScope.TRADE: "To trade, call account, then preview with the signal, look at its figures, then execute its "
    "previewId.",
}

log = structlog.get_logger(__name__)

Context = ServerRequestContext[Any]


def make_server(desk: DeskAccess, allowed: AgentScope) -> Server[Any]:
    """The server of a desk for agents that are allowed so much."""
    agents = AgentServer(desk, allowed)
    return Server(
        "papertape",
        title="Papertape",
        version=version("papertape"),
        description="A paper-trading desk: account, positions, trades, bars, reports, orders.",
        instructions=_INSTRUCTIONS + _HOW_FAR[allowed],
        on_list_tools=agents.list_tools,
        on_call_tool=agents.call_tool,
    )


class AgentServer:
    """What is done when tools are listed and called."""

    def __init__(self, desk: DeskAccess, allowed: AgentScope) -> None:
        self._desk = desk
        self._tools = {name: tool for name, tool in TOOLS.items() if tool.is_within(allowed)}

    @cached_property
    def _listed(self) -> list[ListedTool]:
        return [tool.listed(self._desk.accounts) for tool in self._tools.values()]

    async def list_tools(self, _: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        """The tools that are allowed; there is one page."""
        return ListToolsResult(tools=self._listed)

    async def call_tool(self, _: Context, params: CallToolRequestParams) -> CallToolResult:
        """What a tool answers. What goes wrong is an answer too, which says what would be right."""
        try:
            answer = await self._tool(params.name).call(self._desk, params.arguments or {})
        except Declined as problem:
            return _answer({"code": problem.code, "message": str(problem)}, is_error=True)
        except Exception:
            log.exception("fault in a tool", tool=params.name)
            fault = "a fault of the server, not of the call; its log has the details"
            return _answer({"code": DeclinedCode.INTERNAL, "message": fault}, is_error=True)
        return _answer(answer.model_dump(mode="json", by_alias=True, exclude_none=True))

    def _tool(self, name: str) -> Tool[Any, Any]:
        if name in self._tools:
            return self._tools[name]
        if name in TOOLS:
            scope = TOOLS[name].scope.value
            raise Declined(
                DeclinedCode.NOT_ALLOWED,
                f"this agent may not {name.replace('_', ' ')}: that needs a server started with --allow {scope}",
            )
        raise Declined(DeclinedCode.UNKNOWN_TOOL, f"there is no such tool; there are {', '.join(self._tools)}")


def _answer(content: dict[str, Any], *, is_error: bool = False) -> CallToolResult:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=content, is_error=is_error)
