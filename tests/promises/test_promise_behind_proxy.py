"""As in operation: haproxy with TLS in front, two workers, a PostgreSQL of one's own, set up as README says."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import psutil
import pytest
from inside import Backdoor
from proxied import Proxied, listening, proxied
from serving import Serving, temporary_folder

from platform_core.accounts.sessions import TRIES_PER_ADDRESS
from platform_core.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
NAME = "behind_proxy"
PEOPLE = ("lan.nt", "minh.tv", "hoa.pt")
FIRST, GOOD, BETTER = "mat khau lan dau 1", "bốn con trâu qua sông lớn", "năm con cò bay qua ruộng"
FORGED = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9", "x-real-ip": "203.0.113.9"}
SLOW = 250


@dataclass(frozen=True)
class Operation:
    """All that runs: the proxy people meet, the server behind it, and its database."""

    front: Proxied
    serving: Serving
    backdoor: Backdoor

    def sign_in(self, client: httpx.Client, login: str, password: str = GOOD, **headers: str) -> httpx.Response:
        """Through the API; the client then carries the token of its session."""
        answer = client.post("/api/v1/session", json={"login": login, "password": password}, headers=headers)
        if answer.status_code == 201:
            client.headers["x-csrftoken"] = answer.json()["csrf_token"]
        return answer

    def workers(self) -> list[psutil.Process]:
        """The processes that answer requests."""
        assert self.serving.process
        children = psutil.Process(self.serving.process.pid).children()
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]

    def connections(self) -> int:
        """How many the workers hold, from the proxy and to the database."""
        found = [one for worker in self.workers() for one in worker.net_connections()]
        return sum(one.status == psutil.CONN_ESTABLISHED for one in found)

    @contextmanager
    def only(self, worker: psutil.Process) -> Iterator[None]:
        """The others are stopped meanwhile: every new connection is this one's."""
        others = [one for one in self.workers() if one.pid != worker.pid]
        for one in others:
            one.suspend()
        try:
            yield
        finally:
            for one in others:
                one.resume()


@pytest.fixture(scope="module")
def own(postgres: EmbeddedPostgres) -> Iterator[Backdoor]:
    """An empty database with the roles, as README says."""

    async def run(database: str, statement: str) -> None:
        connection = await asyncpg.connect(postgres.dsn(postgres.superuser, database))
        await connection.execute(statement)
        await connection.close()

    asyncio.run(run("postgres", f"CREATE DATABASE {NAME}"))
    asyncio.run(run(NAME, (ROOT / "deploy/postgres/roles.sql").read_text()))
    yield Backdoor(postgres.dsn(postgres.superuser, NAME))
    asyncio.run(run("postgres", f"DROP DATABASE {NAME} WITH (FORCE)"))


@pytest.fixture(scope="module")
def operation(postgres: EmbeddedPostgres, own: Backdoor) -> Iterator[Operation]:
    """Migrated, well by `doctor`, served by two workers behind haproxy, with people who chose their passwords."""
    folder = temporary_folder()
    with listening() as https, listening() as http:
        settings = {
            "DATABASE_URL": postgres.dsn("app_rt", NAME),
            "DATABASE_OWNER_URL": postgres.dsn("app_owner", NAME),
            "THIDUA_KEY": "cd" * 32,
            "THIDUA_DATA": str(folder),
            "THIDUA_ORIGIN": f"https://127.0.0.1:{https.getsockname()[1]}",
            "THIDUA_TRUSTED_PROXIES": "127.0.0.1",
        }

        def thidua(*words: str) -> str:
            command = [Path(sys.executable).with_name("thidua"), *words]
            told = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, timeout=120)
            assert told.returncode == 0, told.stderr
            return told.stdout

        thidua("migrate")
        serving = Serving(folder, settings["DATABASE_URL"], ("--workers", "2"), settings).start()
        try:
            assert all(one["well"] for one in json.loads(thidua("doctor", "--json")))
            for login in PEOPLE:
                thidua("users", "add", login, "--name", "Người Dùng", "--body", "an-giang", "--password", FIRST)
            backend = urlsplit(serving.address).netloc
            with proxied(folder, https, http, backend, patience="2s") as front:
                made = Operation(front, serving, own)
                for login in PEOPLE:
                    choose_password(made, login)
                yield made
        finally:
            serving.stop()
            shutil.rmtree(folder, ignore_errors=True)


def choose_password(operation: Operation, login: str) -> None:
    """The first password opens nothing but its own change."""
    with operation.front.visitor() as client:
        assert operation.sign_in(client, login, FIRST).json()["must_change_password"] is True
        changed = client.post("/api/v1/session/password", json={"current": FIRST, "new": GOOD})
        assert changed.status_code == 200, changed.text


@pytest.fixture(autouse=True)
def forgotten(operation: Operation) -> None:
    """Each test begins without tries of others."""
    asyncio.run(operation.backdoor.execute("DELETE FROM auth.attempt"))


def test_people_come_by_https_only_and_their_cookie_is_bound_to_the_host(operation: Operation) -> None:
    sent = httpx.get(f"{operation.front.http}/sign-in")
    assert sent.status_code == 301 and sent.headers["location"].startswith("https://127.0.0.1")
    with operation.front.visitor() as client:
        form = {"login": PEOPLE[0], "password": GOOD}
        answer = client.post("/sign-in", data=form, headers={"origin": operation.front.https})
        assert answer.status_code == 303, answer.text
        line = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-thidua="))
        assert {"secure", "httponly", "path=/"} <= set(re.split(r";\s*", line.lower())) and "domain" not in line.lower()
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert client.get("/t/an-giang").status_code == 200


def test_the_address_of_the_client_is_seen_and_what_it_claims_is_not(operation: Operation) -> None:
    with operation.front.visitor("127.0.0.7") as client:
        assert operation.sign_in(client, PEOPLE[0], **FORGED).status_code == 201
        page = client.get("/account", headers=FORGED).text
        assert "127.0.0.7" in page and "203.0.113.9" not in page
        operation.sign_in(client, PEOPLE[1], "sai", **FORGED)
    counted = "SELECT count(*) FROM auth.attempt WHERE key = 'account-at:' || $1 || '@127.0.0.7'"
    assert asyncio.run(operation.backdoor.value(counted, PEOPLE[1])) == 1


def test_sixty_wrong_sign_ins_of_one_client_lock_out_nobody_else(operation: Operation) -> None:
    with operation.front.visitor("127.0.0.8") as wrong, operation.front.visitor("127.0.0.9") as right:
        for number in range(TRIES_PER_ADDRESS):
            told = operation.sign_in(wrong, f"nobody-{number}", "sai", **{"x-forwarded-for": f"198.51.100.{number}"})
            assert told.status_code == 422, number
        assert operation.sign_in(wrong, PEOPLE[0], **FORGED).status_code == 429, "negative control: it is counted"
        assert operation.sign_in(right, PEOPLE[0]).status_code == 201


@pytest.mark.parametrize("half", [b"", b"\r\ncontent-length: 1000\r\n\r\nlogin="], ids=["headers", "body"])
def test_slow_clients_keep_nobody_out_and_are_closed(operation: Operation, half: bytes) -> None:
    with ExitStack() as stack, operation.front.visitor() as client:
        lines = [stack.enter_context(operation.front.line("127.0.0.10")) for _ in range(SLOW)]
        for line in lines:
            line.sendall(b"POST /sign-in HTTP/1.1\r\nhost: x\r\nx-slow: y" + half)
        assert operation.sign_in(client, PEOPLE[0]).status_code == 201
        assert client.get("/account").status_code == 200
        assert operation.connections() < SLOW // 10, "they wait in the proxy"
        told = {line.recv(4096)[:12] for line in lines}
    assert told == {b"HTTP/1.1 408"}


def test_a_session_works_in_every_worker_and_a_changed_password_ends_it_in_every_worker(operation: Operation) -> None:
    login = PEOPLE[2]
    one, other = operation.workers()
    front = operation.front
    with front.visitor() as here, front.visitor() as elsewhere:
        with operation.only(one):
            assert operation.sign_in(here, login).status_code == 201
            assert operation.sign_in(elsewhere, login).status_code == 201
        for worker in (one, other):
            with operation.only(worker):
                assert elsewhere.get("/t/an-giang").status_code == 200, "negative control: it lives in both"
        with operation.only(other):
            changed = here.post("/api/v1/session/password", json={"current": GOOD, "new": BETTER})
            assert changed.status_code == 200, changed.text
        for worker in (one, other):
            with operation.only(worker), front.visitor() as late:
                assert elsewhere.get("/api/v1/session").status_code == 401
                assert here.get("/api/v1/session").status_code == 200
                assert operation.sign_in(late, login, GOOD).status_code == 422
                assert operation.sign_in(late, login, BETTER).status_code == 201


def test_a_text_of_four_megabytes_for_a_password_is_refused_and_others_go_on(operation: Operation) -> None:
    with operation.front.visitor() as client:
        told = client.post("/sign-in", data={"login": PEOPLE[0], "password": "a" + "\u0301\u0323" * 1_000_000})
        assert told.status_code == 413
        assert operation.sign_in(client, PEOPLE[0]).status_code == 201
