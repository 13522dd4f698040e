"""How figures are kept and shown: medians, percentiles, and one table at the end."""

import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    MET = "met"
    SHORT = "SHORT"
    SHOWN = "shown"  # there is no bound for it


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, what came out, what it should be."""

    name: str
    figure: str
    bound: str = ""
    verdict: Verdict = Verdict.SHOWN


def judged(name: str, figure: str, bound: str, *, met: bool) -> Row:
    return Row(name, figure, bound, Verdict.MET if met else Verdict.SHORT)


def told(text: str) -> None:
    """What is going on, on the way to the table."""
    print(f"… {text}", file=sys.stderr, flush=True)


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of each round by the clock, and of this process's own work (no waiting for disk or network)."""

    wall: list[float]
    cpu: list[float]


def in_turns(rounds: int, *ways: Callable[[], object], warm_up: int = 3) -> tuple[Times, ...]:
    """Each way in turns, so that a busy moment of the machine hits all of them."""
    for way in ways * warm_up:
        way()
    taken = tuple(Times([], []) for _ in ways)
    for _ in range(rounds):
        for way, times in zip(ways, taken, strict=True):
            worked = time.process_time()
            times.wall.append(seconds(way))
            times.cpu.append(time.process_time() - worked)
    return taken


def ratio(of: Times, to: Times) -> float:
    """The median of the ratios of neighbours: what slows the machine for a while slows both."""
    return statistics.median(a / b for a, b in zip(of.wall, to.wall, strict=True))


def calm_ratios(of: Times, to: Times) -> str:
    """Two ratios that a busy machine hardly moves: of the fastest rounds, and of the work alone."""
    fastest, work = min(of.wall) / min(to.wall), statistics.median(of.cpu) / statistics.median(to.cpu)
    return f"fastest {fastest:.2f}, CPU {work:.2f}"


def p50(values: Iterable[float]) -> float:
    return statistics.median(values)


def p95(values: Iterable[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def ms(value: float) -> str:
    return f"{value * 1000:.1f} ms"


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table with straight edges."""
    lines = [("measure", "figure", "bound", "verdict"), *((r.name, r.figure, r.bound, r.verdict.value) for r in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    drawn = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    drawn.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(drawn)
