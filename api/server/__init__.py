"""What stands between the network and the application: whose connection is taken, and what may come over it.

uvicorn parses and serves; its protocol classes are extended here so that no client that is slow, silent or chatty
holds descriptors, memory or the event loop. What can only be seen in bytes and frames, before there is a request or a
message, is bounded in this package; what a whole request may ask for is the application's business.
"""
