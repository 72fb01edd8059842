"""One after another."""


async def both(first, second, dispatcher) -> None:
    await first()
    await second()
    await dispatcher.gather("work_items")
