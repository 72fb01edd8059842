"""Words on standard output. The marked line is found."""


def tell() -> None:
    print("ready")  # bad
