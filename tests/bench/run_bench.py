"""`thidua bench`: the product against bare handlers, side by side, in rounds; the goals are in the table itself.

Machines are shared and noisy, so speed is a ratio of two rates taken right after one another, the median of the
rounds, with its spread. The bare handlers (`bare.py`) do the least that is possible behind the same web server, on
the same database, with the same row security and signed context and the same fifty rows.
"""

import argparse
import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
os.environ.setdefault("PICCOLO_CONF", "platform_core.provisioning.piccolo_conf")

import measures  # noqa: E402
from places import A_COUNTRY, A_YEAR_OF_TASKS, place  # noqa: E402
from serving import Serving, temporary_folder  # noqa: E402


def main(argv: list[str]) -> int:
    """Measure and print; returns 0 when every goal was met, 1 otherwise."""
    wanted = _arguments(argv)
    rows = _measured(wanted)
    print(_table(rows))
    if wanted.json:
        wanted.json.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2) + "\n")
    return 0 if all(row.well is not False for row in rows) else 1


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="thidua bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each comparison (default 5)")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one round on one side (default 3)")
    parser.add_argument("--workers", type=int, default=1, help="workers of both servers (default 1)")
    parser.add_argument("--bodies", type=int, default=1000, help="bodies of the grown instance (default 1,000)")
    parser.add_argument("--people", type=int, default=16, help="people in each of them (default 16)")
    parser.add_argument("--tasks", type=int, default=11, help="tasks of a person in each of twelve months (default 11)")
    parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="also write the rows as JSON")
    parser.add_argument("--quick", action="store_true", help="three short rounds: a look, not a measurement")
    wanted = parser.parse_args(argv)
    if wanted.quick:
        wanted.rounds, wanted.seconds = 3, 1.0
    return wanted


def _measured(wanted: argparse.Namespace) -> list[measures.Row]:
    with place(people=60) as small:
        rows = measures.speed(small, wanted.rounds, wanted.seconds, wanted.workers)
        rows.append(measures.queries(small))
        large = small.copy("country")
        large.execute_past_trail(A_COUNTRY.format(bodies=wanted.bodies, each=wanted.people))
        for one in (small, large):
            one.execute_past_trail(A_YEAR_OF_TASKS.format(each=wanted.tasks))
        rows.append(measures.growth(small, large, wanted.rounds, wanted.seconds, wanted.workers))
    rows.append(measures.permission_check())
    folder = temporary_folder()
    try:
        rows.append(measures.start_of_serve(min(wanted.rounds, 5), lambda: Serving(folder)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return rows


def _table(rows: list[measures.Row]) -> str:
    lines = [f"{'':4} {'what':40} {'value':>10} {'goal':>8}  {'spread':>15}  detail"]
    for row in rows:
        mark = {True: "ok", False: "MISS", None: ""}[row.well]
        spread = f"{row.spread[0]:.2f} – {row.spread[1]:.2f}" if row.spread else ""
        value = f"{row.value:.2f} {row.unit}".strip()
        lines.append(f"{mark:4} {row.what:40} {value:>10} {row.goal:>8}  {spread:>15}  {row.detail}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
