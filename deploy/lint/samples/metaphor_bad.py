"""Names nobody would search for."""

import sqlite3 as walls  # bad

SHELVES = ("platform", "tenants")  # bad


class RequestGate:  # bad
    def __init__(self, room: str) -> None:  # bad
        self.figures = len(room)  # bad

    def came_from(self) -> str:  # bad
        deed = walls.version  # bad
        return deed


class Outer:  # bad
    pass
