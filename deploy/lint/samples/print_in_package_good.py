"""Words through click."""

import click


def tell(trace=print) -> None:
    click.echo("ready")
