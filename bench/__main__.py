"""Measure speed and memory in one run on this machine, and print one table. ``python -m bench --help`` for parts."""

import argparse
import logging
import os
import time
from collections.abc import Callable, Iterable

from bench import batches, finding, place, queries, signing, signing_service, uploads, validation
from bench.figures import Row, Verdict, table, told
from dms import clock

PARTS = ("signing", "batches", "queries", "uploads", "search")
ROUNDS = 25
BATCH = 100


def main() -> int:
    args = _arguments()
    logging.disable(logging.WARNING)
    start = time.monotonic()
    rows = _measured(args.parts or PARTS)
    print(
        f"\n{clock.day_of(clock.now()):%d.%m.%Y}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, medians; "
        f"{time.monotonic() - start:.0f} s in all\n"
    )
    print(table(rows))
    return int(args.strict and any(row.verdict is Verdict.SHORT for row in rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="only these parts")
    parser.add_argument("--strict", action="store_true", help="end with 1 where a bound is not met")
    return parser.parse_args()


def _measured(parts: Iterable[str]) -> list[Row]:
    rows: list[Row] = []
    with place.opened() as here:
        ways: dict[str, Callable[[place.Place], Iterable[Row]]] = {
            "signing": _signing,
            "batches": lambda here: batches.measured(here, BATCH),
            "queries": queries.measured,
            "uploads": _uploads,
            "search": finding.measured,
        }
        for part in parts:
            told(f"measuring: {part}")
            rows += ways[part](here)
    return rows


def _signing(here: place.Place) -> list[Row]:
    return [*signing.measured(ROUNDS), *signing_service.measured(here, ROUNDS), *validation.measured(ROUNDS)]


def _uploads(here: place.Place) -> list[Row]:
    desks = uploads.desks(here, uploads.CLIENTS)
    with place.served(here) as server:
        return list(uploads.measured(here, server, desks))


if __name__ == "__main__":
    raise SystemExit(main())
