"""Piccolo's raw SQL. The marked line is found."""


async def people(Person):
    return await Person.raw("SELECT * FROM person")  # bad
