"""SQL that stands in the source: bind parameters, constants, choices among constants."""

from typing import Literal

from tenancy.query import rows, value

PEOPLE = "SELECT id FROM person WHERE tenant_id = $1"
ORDERS = {"name": "name_key", "code": "code"}


async def found(words: str, order: str, lock: Literal["", "SHARE"], connection) -> None:
    await rows(f"{PEOPLE} AND code = $2", words)
    await rows(PEOPLE + " ORDER BY " + ORDERS.get(order, "name_key"))
    await value(PEOPLE + (f" FOR {lock}" if lock else ""))
    await rows(PEOPLE.replace("code", ORDERS[order]))
    for table in ("person", "unit"):
        await connection.fetch(f"SELECT count(*) FROM {table} WHERE tenant_id = $1")
    # lint: allow(string-built-sql): the name comes out of the database's own catalogue
    await connection.execute(f"DROP TABLE {words}")
