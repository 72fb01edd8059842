"""Piccolo's cursor. The marked line is found."""


async def every(Person) -> None:
    async with await Person.select().batch(batch_size=100) as pages:  # bad
        async for page in pages:
            page.clear()
