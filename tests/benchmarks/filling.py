"""Fills a database with what is read as JSON from standard input: a process of its own for each."""

import asyncio
import json
import logging
import sys

import structlog

from tests.benchmarks.desk import Holding, fill

if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asked = json.load(sys.stdin)
    accounts = tuple((name, number) for name, number in asked.pop("accounts"))
    asyncio.run(fill(sys.argv[1], Holding(accounts, **asked)))
