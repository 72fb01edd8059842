"""Paging inside the transaction of the request."""


async def every(Person, batch) -> None:
    await Person.select().limit(100).offset(200)
    batch("a function of that name is another matter")
