"""Duration of a command that prints the list, compared with curl and xmllint."""

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
    """`emtui sessions -o jsonl`, alternating with curl and xmllint."""
    label = f"emtui sessions -o jsonl of {served.rows:,}"
    missing_programs = [name for name in ("curl", "xmllint") if not shutil.which(name)]
    if missing_programs:
        yield skipped_result(label, f"{' and '.join(missing_programs)} not installed")
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
        comparison = f"{emtui_time * 1000:.0f} ms : {curl_time * 1000:.0f} ms"
        yield BenchmarkResult(
            f"{label}, relative to curl | xmllint {curl_command.split()[0]}",
            emtui_time / curl_time,
            "×",
            None,
            comparison,
        )


def _time_command(command: str, environ: Mapping[str, str]) -> float:
    """Run it in a shell; return the seconds it takes."""
    start = monotonic()
    subprocess.run(
        ["sh", "-c", command], env=dict(environ), check=True, stdout=subprocess.DEVNULL, timeout=600
    )
    return monotonic() - start
