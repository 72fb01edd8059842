"""Settings that outlive their transaction. The marked lines are found."""


async def enter(connection, body: str) -> None:
    await connection.execute("SET search_path = app")  # bad
    await connection.execute("BEGIN; SET statement_timeout = 5000")  # bad
    await connection.execute("SELECT set_config('app.context', $1, false)", body)  # bad
    await connection.execute(f"SET ROLE {body}")  # bad
