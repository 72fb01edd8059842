"""A new module as a distribution of its own: `thidua plugin new` renders the files below `distribution/`.

In their paths NAME is the module and DAY the day (2026_12_01); their text is Jinja with `[[ ]]` and `[% %]`, so that
templates of pages stand in it as they are.
"""

import keyword
import re
from importlib.util import find_spec
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from platform_core.plugin_host.registry import NAME
from plugin_api import CONTRACT
from plugin_api.clock import today
from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _

SUFFIX = ".jinja"
TITLE = re.compile(r"[\w ,.()/–-]{3,80}")


def write_distribution(name: str, title: str, folder: Path) -> list[Path]:
    """Write the files of a new module into a new folder; returns them.

    `title` is what people call the module, in Vietnamese; without it the name is made into words. Raises Refused, and
    writes nothing, for a name that is taken or is none, a title with other signs than words have, a folder that exists.
    """
    words = title or name.replace("_", " ").capitalize()
    _refuse(name, words, folder)
    day = today()
    names = {"name": name, "title": words, "english": name.replace("_", " ").capitalize(), "contract": CONTRACT,
             "address": name.replace("_", "-"), "day": day.isoformat()}
    templates = Environment(
        loader=PackageLoader("platform_core.scaffold", "distribution"), undefined=StrictUndefined,
        keep_trailing_newline=True, autoescape=False, trim_blocks=True,
        variable_start_string="[[", variable_end_string="]]", block_start_string="[%", block_end_string="%]",
        comment_start_string="[#", comment_end_string="#]",
    )  # fmt: skip
    written = []
    for template in templates.list_templates(extensions=[SUFFIX[1:]]):
        path = template.removesuffix(SUFFIX).replace("NAME", name).replace("DAY", day.strftime("%Y_%m_%d"))
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(templates.get_template(template).render(names), encoding="utf-8")
        written.append(file)
    return written


def _refuse(name: str, title: str, folder: Path) -> None:
    """Raises Refused with the sentence why there will be no such module there."""
    if not NAME.match(name) or keyword.iskeyword(name):
        raise Refused(_("“%(name)s” không đặt tên cho mô-đun được: cần 3 đến 41 chữ thường không dấu, chữ số hoặc gạch "
                        "dưới, bắt đầu bằng chữ.", name=name))
    if name == "core" or find_spec(name) is not None:
        raise Refused(_("Tên “%(name)s” đã có gói Python khác dùng: hãy chọn tên khác.", name=name))
    if not TITLE.fullmatch(title):
        raise Refused(_("Tên hiển thị cần 3 đến 80 chữ, chữ số, dấu cách hoặc dấu câu thường, không có dấu nháy."))
    if folder.exists():
        raise Refused(_("Thư mục %(folder)s đã có: hãy nêu thư mục mới bằng --folder.", folder=folder))
