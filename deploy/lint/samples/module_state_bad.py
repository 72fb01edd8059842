"""What one process remembers. The marked lines are found."""

from collections import defaultdict

seen: dict[str, int] = {}
waiting = defaultdict(list)
current = None


def remember(name: str) -> None:
    global current  # bad
    current = name
    seen[name] = 1  # bad
    waiting[name].append(1)
    waiting.clear()  # bad
    del seen[name]  # bad
