"""The static checks: `python3 run.py check`, also the first part of `python3 run.py test`.

Every step runs, whatever the ones before it found; each tells its verdict and its seconds in one line. Names of steps
as arguments run only those.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
STEPS: dict[str, list[str | Path]] = {
    "ruff": [BIN / "ruff", "check", "--quiet", "--output-format=concise", "."],
    "types": [BIN / "basedpyright", "--level", "error"],
    "imports": [BIN / "lint-imports"],
    "own rules": [sys.executable, "deploy/lint/rules.py"],
    "templates": [sys.executable, "deploy/lint/words.py", "--templates"],
    "catalogues": [sys.executable, "deploy/lint/words.py", "--catalogues"],
}


def main(wanted: list[str]) -> int:
    """Run the steps; returns 1 when one of them found something, 2 for a step that does not exist."""
    unknown = [name for name in wanted if name not in STEPS]
    if unknown:
        print(f"no such step: {', '.join(unknown)}; there are: {', '.join(STEPS)}", file=sys.stderr)
        return 2
    verdicts = [passed(name) for name in STEPS if name in wanted or not wanted]
    return 0 if all(verdicts) else 1


def passed(name: str) -> bool:
    """Run one step; what it found is shown below its line."""
    began = time.monotonic()
    folders = os.pathsep.join(str(ROOT / folder) for folder in ("platform", "tenants", "plugins"))
    settings = os.environ | {"PYTHONPATH": folders}
    done = subprocess.run(STEPS[name], cwd=ROOT, capture_output=True, text=True, env=settings)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:12} {verdict:7} {time.monotonic() - began:5.1f} s", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr).rstrip(), flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
