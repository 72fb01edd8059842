"""The load generator, a process of its own: sixteen connections kept alive, raw HTTP, one number at the end.

Run by `run_bench` with a JSON description on standard input; answers with JSON on standard output.
"""

import asyncio
import json
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    """What the connections saw."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)


class Asker:
    """One connection that asks again as soon as it was answered."""

    def __init__(self, wanted: dict[str, Any], number: int) -> None:
        self.wanted = wanted
        self.number = number
        self.version = wanted["versions"][number] if wanted.get("versions") else 0

    def request(self) -> bytes:
        """The next request; a saving one names the version it is over and a key of its own."""
        wanted = self.wanted
        head = wanted["headers"] + f"host: {wanted['host']}:{wanted['port']}\r\n"
        if not wanted.get("people"):
            return f"GET {wanted['path']} HTTP/1.1\r\n{head}\r\n".encode()
        body = json.dumps(wanted["body"] | {"version": self.version}).encode()
        path = wanted["path"].replace("PERSON", wanted["people"][self.number])
        key = f"{wanted['run']}-{self.number}-{self.version}"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\nidempotency-key: {key}\r\n"
        return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body

    async def ask_until(self, end: float, tally: Tally) -> None:
        """Ask until the time is over."""
        reader, writer = await asyncio.open_connection(self.wanted["host"], self.wanted["port"])
        while (began := time.perf_counter()) < end:
            writer.write(self.request())
            status = await _answer(reader)
            tally.seconds.append(time.perf_counter() - began)
            tally.statuses[status] = tally.statuses.get(status, 0) + 1
            self.version += status == "200"
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> str:
    """Read one answer to its end; its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
    return head[9:12].decode()


async def measure(wanted: dict[str, Any]) -> dict[str, Any]:
    """Ask from all connections for the given time."""
    askers = [Asker(wanted, number) for number in range(wanted["connections"])]
    tally, began = Tally(), time.perf_counter()
    await asyncio.gather(*(asker.ask_until(began + wanted["seconds"], tally) for asker in askers))
    took = time.perf_counter() - began
    ordered = sorted(tally.seconds)
    return {
        "per_second": tally.statuses.get("200", 0) / took,
        "median_ms": statistics.median(ordered) * 1000,
        "p95_ms": ordered[int(len(ordered) * 0.95)] * 1000,
        "statuses": tally.statuses,
        "versions": [asker.version for asker in askers],
    }


if __name__ == "__main__":
    json.dump(asyncio.run(measure(json.load(sys.stdin))), sys.stdout)
