"""The GraphQL API: inputs become commands, results become types. Resolvers decide nothing and know no database."""
