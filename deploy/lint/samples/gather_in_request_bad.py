"""Two queries at once over one connection. The marked lines are found."""

import asyncio


async def both(first, second) -> None:
    await asyncio.gather(first(), second())  # bad
    async with asyncio.TaskGroup() as group:  # bad
        group.create_task(first())
    asyncio.create_task(second())  # bad
