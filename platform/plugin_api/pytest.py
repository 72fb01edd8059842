"""The pytest plugin for modules: `pytest_plugins = ["plugin_api.pytest"]` in the top `conftest.py` of their tests.

Real parts only: an embedded PostgreSQL, started once for a run, with the tables of every installed module and the
bodies that the project ships (`kien-luong`, `giang-thanh`, `kien-giang`, `cum-11`). A test file has a database of its
own. Tests that await are marked `pytest.mark.anyio`. Fixtures, from the one most tests want:

- `tenants`: bodies and people. `async with tenants.inside("kien-luong")` is a transaction that is undone;
  `await tenants.by_role("officer")` is the actor who holds a role there, `await tenants.actor("on.dv")` the one with a
  login, `await tenants.login_of("officer")` the login; `await tenants.switch_on("my_module")` switches a module on.
- `visitor`: `async with visitor("hanh.lh") as client` is that person signed in, an `httpx.AsyncClient` at the
  application; without a login it is nobody.
- `conforms`: `assert await conforms("my_module") == []` runs the whole conformance kit of `plugin_api.testing`.
- `database`: the database of the test file, `database.dsn("app_owner")` where to connect to it.
- `postgres`, `template`, `make_copy`: the server, the database that is copied, and a way to more copies.
- `anyio_backend`: the loop of tests marked `anyio`.
"""

pytest_plugins = ["platform_core.testing"]
