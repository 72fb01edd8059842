"""SQL put together from what a visitor sends. The marked lines are found."""

from plugin_api.listing import Orders, page_of
from tenancy import query
from tenancy.query import rows, value

ORDERS = Orders("p.id", "name", name="p.name_key")


async def found(words: str, order: str, connection, asked) -> None:
    await rows(f"SELECT id FROM person WHERE tenant_id = $1 AND code = '{words}'")  # bad
    await value("SELECT id FROM person WHERE tenant_id = $1 ORDER BY " + order)  # bad
    await query.run("DELETE FROM person WHERE tenant_id = $1 AND code = '%s'" % words)  # bad
    await connection.fetch("SELECT '{}'".format(words))  # bad
    await connection.fetch("SELECT [word]".replace("[word]", words))  # bad
    sentence = f"SELECT {words}"
    await connection.execute(sentence)  # bad
    await page_of(asked, ORDERS, f"SELECT id FROM person p WHERE p.tenant_id = $1 AND p.code = '{words}'")  # bad
