"""Operations, compiled: a document becomes functions that read its variables and write its answer as JSON text.

`graphql-core` is the reference. What is compiled here answers as it does, byte for byte; whatever is not known here
(`Unsupported`), and whatever goes wrong, is left to it, so that errors have one maker.
"""
