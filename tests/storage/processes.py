"""Processes that a test starts, measures and kills."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def peak_growth(url: str, spool: Path, mebibytes: int) -> int:
    """Bytes by which the peak memory of a process grew while it put and verified that many MiB."""
    command = [sys.executable, "-m", "tests.storage.memory_probe", url, str(spool), str(mebibytes)]
    return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120).stdout)


def kill_in_the_middle_of_a_put(url: str, spool: Path) -> None:
    """Start a writer, wait until 3 MiB have left its hands, and kill it with SIGKILL."""
    command = [sys.executable, "-m", "tests.storage.slow_writer", url, str(spool)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "stuck\n"
        writer.kill()
