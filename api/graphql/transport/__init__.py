"""How GraphQL travels: HTTP, server-sent events, WebSocket."""
