"""The list as one answer to one command, beside what one would otherwise type: curl and xmllint."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from statistics import median
from time import monotonic

from bench.figures import Figure, left_out
from bench.server import Served

XPATH = "//*[local-name()='Sessions']/@UID"


def one_shot(served: Served, times: int) -> Iterator[Figure]:
    """`emtui sessions -o jsonl`, taking turns with what it is measured against."""
    what = f"emtui sessions -o jsonl of {served.rows:,}"
    missing = [name for name in ("curl", "xmllint") if not shutil.which(name)]
    if missing:
        yield left_out(what, f"{' and '.join(missing)} not installed")
        return
    ours = shlex.join([sys.executable, "-m", "emtui", "sessions", "-o", "jsonl"])
    curl = f"curl -skf https://{served.authority}/api/systemSessions?format=Entity"
    for how in ("--format -", f"--xpath {shlex.quote(XPATH)} -"):
        pairs = [
            (_takes(ours, served.environ), _takes(f"{curl} | xmllint {how}", served.environ))
            for _ in range(times)
        ]
        mine, theirs = (median(column) for column in zip(*pairs, strict=True))
        beside = f"{mine * 1000:.0f} ms : {theirs * 1000:.0f} ms"
        yield Figure(f"{what}, of curl | xmllint {how.split()[0]}", mine / theirs, "×", None, beside)


def _takes(command: str, environ: Mapping[str, str]) -> float:
    """Seconds that a shell takes for it."""
    began = monotonic()
    subprocess.run(
        ["sh", "-c", command], env=dict(environ), check=True, stdout=subprocess.DEVNULL, timeout=600
    )
    return monotonic() - began
