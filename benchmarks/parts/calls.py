"""What one outgoing call costs beside bare aiohttp's, in a process of its own."""

import json
import subprocess
import sys
from typing import Any

from benchmarks.parts.options import Options
from benchmarks.processes import ROOT

Json = dict[str, Any]


def calls(options: Options) -> list[Json]:
    """Microseconds of CPU a call, plain and through TLS, one and sixteen at once."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.calls", "--json", "--rounds", str(options.rounds)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return list(json.loads(done.stdout))
