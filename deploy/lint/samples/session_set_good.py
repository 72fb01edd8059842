"""Settings of one transaction; the SET of an UPDATE is another matter."""

PINNED = "CREATE FUNCTION app.f() RETURNS int LANGUAGE sql SET search_path = pg_catalog AS 'SELECT 1'"


async def enter(connection, body: str, table: str) -> None:
    await connection.execute("SET LOCAL search_path = app")
    await connection.execute("SELECT set_config('app.context', $1, true)", body)
    await connection.execute(f"UPDATE {table} SET name = $1")
    await connection.execute("SET CONSTRAINTS ALL DEFERRED")
