"""What is measured: rates side by side in rounds, and the single figures around them."""

import asyncio
import json
import statistics
import time
import timeit
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import httpx
import psutil
from places import CHAIR, LOGIN, SLUG, Place, bare, ours, run_load
from serving import Serving

from platform_core.access.compiled import BODY, Line, enforcer_of, role_policy
from plugin_api.actor import Actor, Body

CONNECTIONS = 16
SPEED = (
    ("JSON list of 50", "json", "json", 0.70),
    ("HTML list page of 50", "html", "html", 0.60),
    ("the same, bare in our frame as text", "html", "framed", None),
    ("save one record", "save", "save", 0.50),
)
"""What, the kind of ours, the kind of bare, the goal; without one the row only tells what the frame costs."""
PAGE = f"/t/{SLUG}/people?state=all"
EDIT = {"full_name": "Nguyễn Thị Sửa", "position": "Kiểm sát viên trung cấp"}


@dataclass(frozen=True)
class Row:
    """A line of the table; `spread` is the least and the greatest of the rounds."""

    what: str
    value: float
    unit: str
    goal: str
    well: bool | None
    spread: tuple[float, float] | None = None
    detail: str = ""


@dataclass(eq=False)
class Side:
    """One of two servers that are compared: where to ask, with which headers."""

    serving: Serving
    paths: dict[str, str]
    headers: str
    place: Place

    def rate(self, kind: str, seconds: float) -> float:
        """Answers a second, all of them good."""
        host, port = self.serving.address.removeprefix("http://").split(":")
        wanted = {
            "host": host, "port": int(port), "headers": self.headers, "path": self.paths[kind],
            "seconds": seconds, "connections": CONNECTIONS, "run": uuid4().hex[:12],
        }  # fmt: skip
        if kind == "save":
            people = self.place.editable(CONNECTIONS)
            wanted |= {"people": [one[0] for one in people], "versions": [one[1] for one in people], "body": EDIT}
        told = json.loads(run_load(json.dumps(wanted)))
        if set(told["statuses"]) != {"200"}:
            raise RuntimeError(f"{self.paths[kind]}: {told['statuses']} {self.serving.faults()}")
        return told["per_second"]


def our_side(serving: Serving, place: Place) -> Side:
    """Signed in, with the token that saving wants."""
    cookie, token = serving.session(LOGIN)
    inside = f"/t/{SLUG}"
    paths = {
        "json": f"/api/v1{inside}/people?state=all", "html": PAGE,
        "save": f"/api/v1{inside}/people/PERSON/edit",
    }  # fmt: skip
    return Side(serving, paths, f"cookie: thidua={cookie}\r\nx-csrftoken: {token}\r\n", place)


def task_side(serving: Serving, place: Place) -> Side:
    """The chair of the cell with a month's tasks, fifty to a page."""
    cookie, _token = serving.session(CHAIR)
    paths = {"tasks": f"/api/v1/t/{SLUG}/monthly-rating/cycles/{place.month()}/tasks"}
    return Side(serving, paths, f"cookie: thidua={cookie}\r\n", place)


def bare_side(serving: Serving, place: Place) -> Side:
    """Nobody asks who is there."""
    paths = {kind: f"/{kind}" for kind in ("json", "html", "framed")} | {"save": "/save/PERSON"}
    return Side(serving, paths, "", place)


def frame_of(serving: Serving) -> tuple[str, str]:
    """What stands before and after the rows on our page."""
    cookie, _token = serving.session(LOGIN)
    before, _tbody, rest = httpx.get(serving.address + PAGE, cookies={"thidua": cookie}).text.partition("<tbody>")
    return before + "<tbody>", "</tbody>" + rest.partition("</tbody>")[2]


def in_rounds(one: Side, other: Side, kinds: tuple[str, str], rounds: int, seconds: float) -> list[tuple[float, float]]:
    """Rates of both, one right after the other; who begins changes from round to round."""
    found = []
    for number in range(rounds):
        sides = [(one, kinds[0]), (other, kinds[1])]
        rates = {side: side.rate(kind, seconds) for side, kind in (sides if number % 2 else sides[::-1])}
        found.append((rates[one], rates[other]))
    return found


def compared(what: str, goal: float | None, rates: list[tuple[float, float]], *, at_most: bool = False) -> Row:
    """The ratio of ours to the other, as the median of the rounds."""
    ratios = [mine / theirs for mine, theirs in rates]
    if at_most:
        ratios = [1 / ratio for ratio in ratios]
    value = statistics.median(ratios)
    mine, theirs = (statistics.median(column) for column in zip(*rates, strict=True))
    spread = (min(ratios), max(ratios))
    detail = f"{mine:,.0f}/s against {theirs:,.0f}/s"
    if goal is None:
        return Row(what, value, "×", "", None, spread, detail)
    well = value <= goal if at_most else value >= goal
    return Row(what, value, "×", f"{'≤' if at_most else '≥'} {goal:.2f}", well, spread, detail)


def speed(place: Place, rounds: int, seconds: float, workers: int) -> list[Row]:
    """Lists and saves, ours against the bare handlers; and what a worker weighs after that."""
    with ours(place, workers) as own, bare(place, workers, frame_of(own)) as other:
        mine, theirs = our_side(own, place), bare_side(other, place)
        for side in (mine, theirs):
            side.rate("json", 0.5)
            side.rate("html", 0.5)
        found = [
            compared(what, goal, in_rounds(mine, theirs, (kind, bare_kind), rounds, seconds))
            for what, kind, bare_kind, goal in SPEED
        ]
        return [*found, _weight(own)]


def _weight(serving: Serving) -> Row:
    assert serving.process
    parent = psutil.Process(serving.process.pid)
    weights = [one.memory_info().rss / 2**20 for one in [parent, *parent.children(recursive=True)]
               if "postgres" not in one.name()]  # fmt: skip
    return Row("memory of a worker", max(weights), "MiB", "≤ 150", max(weights) <= 150)


def growth(small: Place, large: Place, rounds: int, seconds: float, workers: int) -> Row:
    """A month's task list in a country of bodies and in an instance with few: time of one request, relative."""
    with ours(small, workers) as few, ours(large, workers) as many:
        sides = task_side(many, large), task_side(few, small)
        for side in sides:
            side.rate("tasks", 0.5)
        counted = ("tenant", "person", "monthly_rating_task")
        bodies, people, tasks = (large.value(f"SELECT count(*) FROM app.{table}") for table in counted)
        rates = in_rounds(*sides, ("tasks", "tasks"), rounds, seconds)
        row = compared("cost of a request as bodies grow", 1.10, rates, at_most=True)
        return replace(row, detail=f"{bodies:,} bodies, {people:,} people, {tasks:,} tasks; {row.detail}")


def permission_check() -> Row:
    """One question on the hot path, and what casbin takes for the same."""
    lines: tuple[Line, ...] = tuple((role, f"m.thing.act{n}", "allow") for role in ("a", "b", "c") for n in range(30))
    policy = role_policy(lines)
    body = Body(UUID(int=1), "x", "X", "X", "district", "X", False)
    actor = Actor(UUID(int=2), UUID(int=3), "Ai", body, tuple(policy.held(role, None) for role in ("a", "b")))
    micro = statistics.median(timeit.repeat(lambda: actor.may("m.thing.act29"), number=20_000, repeat=5)) / 20_000 * 1e6
    enforcer = enforcer_of(lines, {"ai": ["a", "b"]})
    engine = timeit.timeit(lambda: enforcer.enforce("ai", BODY, "m.thing.act29"), number=200) / 200 * 1e6
    return Row("permission check", micro, "µs", "≤ 1", micro <= 1, None, f"casbin itself: {engine:,.0f} µs")


def start_of_serve(rounds: int, folder_of: Callable[[], Serving]) -> Row:
    """From nothing running to the first answer, on an instance that exists."""
    serving = folder_of()
    serving.start()
    serving.stop()
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        serving.start()
        took.append(time.perf_counter() - began)
        serving.stop()
    value = statistics.median(took)
    return Row("start of serve on an existing database", value, "s", "≤ 3", value <= 3, (min(took), max(took)))


def queries(place: Place) -> Row:
    """The most statements that a page of ours sends, besides the frame of every request."""

    async def counted() -> dict[str, int]:
        from watched import statements_of

        return await statements_of(place, ["", "/people", "/modules", "/permissions", "/trail"])

    found = asyncio.run(counted())
    most = max(found.values())
    detail = ", ".join(f"{page or 'home'} {count}" for page, count in found.items())
    return Row("queries per page, the most", most, "", "≤ 4", most <= 4, None, detail)


