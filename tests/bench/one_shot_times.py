"""The list as one answer to one command, beside what one would otherwise type: curl and xmllint."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from statistics import median
from time import monotonic

from bench.bench_server import BenchServer
from bench.benchmark_results import BenchmarkResult, skipped_result

XPATH = "//*[local-name()='Sessions']/@UID"


def compare_one_shot(served: BenchServer, times: int) -> Iterator[BenchmarkResult]:
    """`emtui sessions -o jsonl`, taking turns with what it is measured against."""
    label = f"emtui sessions -o jsonl of {served.rows:,}"
    curl_is_missing = [name for name in ("curl", "xmllint") if not shutil.which(name)]
    if curl_is_missing:
        yield skipped_result(label, f"{' and '.join(curl_is_missing)} not installed")
        return
    emtui_command = shlex.join([sys.executable, "-m", "emtui", "sessions", "-o", "jsonl"])
    curl = f"curl -skf https://{served.authority}/api/systemSessions?format=Entity"
    for curl_command in ("--format -", f"--xpath {shlex.quote(XPATH)} -"):
        pairs = [
            (
                _time_command(emtui_command, served.environ),
                _time_command(f"{curl} | xmllint {curl_command}", served.environ),
            )
            for _ in range(times)
        ]
        emtui_time, curl_time = (median(column) for column in zip(*pairs, strict=True))
        beside = f"{emtui_time * 1000:.0f} ms : {curl_time * 1000:.0f} ms"
        yield BenchmarkResult(
            f"{label}, of curl | xmllint {curl_command.split()[0]}", emtui_time / curl_time, "×", None, beside
        )


def _time_command(command: str, environ: Mapping[str, str]) -> float:
    """Seconds that a shell takes for it."""
    start = monotonic()
    subprocess.run(
        ["sh", "-c", command], env=dict(environ), check=True, stdout=subprocess.DEVNULL, timeout=600
    )
    return monotonic() - start
