"""`thidua plugin`: modules as their authors begin them."""

from pathlib import Path

import click

from platform_core.cli.common import faults_told
from plugin_api.i18n import gettext as _


@click.group()
def plugin() -> None:
    """Modules of your own."""


@plugin.command()
@click.argument("name")
@click.option("--title", default="", help="What people call the module, in Vietnamese. Default: the name as words.")
@click.option("--folder", type=click.Path(path_type=Path), default=None, help="New folder. Default: the name, here.")
def new(name: str, title: str, folder: Path | None) -> None:
    """Write a working module as a distribution of its own: list, form, paper, setting, and the tests of them."""
    from platform_core.scaffold import write_distribution

    place = folder or Path(name)
    with faults_told():
        written = write_distribution(name, title, place)
    told = _("Đã viết %(count)s tệp vào %(folder)s: hãy đọc README.md ở đó trước.", count=len(written), folder=place)
    click.echo(told)
