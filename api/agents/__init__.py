"""For agents: a server of the Model Context Protocol, which is a client of a running desk's public API."""
