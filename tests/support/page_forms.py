"""The forms of a page as a browser without a script sees and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from re import finditer


@dataclass
class PageForm:
    """One POST form: its attributes; name → values that it would send; name → kind of input; what has a fault."""

    attributes: dict[str, str]
    values: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    faulty: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    limits: dict[str, int] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    further: list[str] = field(default_factory=list)
    """Addresses of buttons that send it elsewhere."""

    @property
    def action(self) -> str:
        """Where it is sent."""
        return self.attributes["action"]


class PageForms(HTMLParser):
    """The POST forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._inside: PageForm | None = None
        self._select = self._textarea = self._group = ""
        self._ids: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self._inside = PageForm(given)
            self.forms.append(self._inside)
        elif self._inside is not None and tag in ("input", "select", "textarea", "option"):
            self._input(self._inside, tag, given)
        elif tag == "button" and "formaction" in given:
            of = next((form for form in self.forms if form.attributes.get("id") == given.get("form", "")), self._inside)
            assert of is not None, given
            of.further.append(given["formaction"])
        elif self._inside is not None and tag == "fieldset":
            self._group = given["id"] if "aria-invalid" in given else ""
        elif self._inside is not None and tag == "output" and "data-most" in given:
            self._inside.limits[self._ids[given["for"]]] = int(given["data-most"])

    def _input(self, form: PageForm, tag: str, given: dict[str, str]) -> None:
        if tag == "option":
            form.options.setdefault(self._select, []).append(given["value"])
            if "selected" in given or self._select not in form.values:
                form.values[self._select] = [given["value"]]
            return
        name, kind = given.get("name", ""), given.get("type", tag)
        self._ids[given.get("id", "")] = name
        form.kinds[name] = kind
        form.faulty |= {name} if "aria-invalid" in given or self._group else set()
        form.required |= {name} if "required" in given else set()
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._textarea, form.values[name] = name, [""]
        elif kind not in ("checkbox", "radio") or "checked" in given:
            form.values.setdefault(name, []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._textarea and self._inside is not None:
            before = self._inside.values[self._textarea][0]
            self._inside.values[self._textarea] = [before + (data if before else data.removeprefix("\n"))]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""
        elif tag == "fieldset":
            self._group = ""
        elif tag == "form":
            self._inside = None

    def to(self, action: str) -> PageForm:
        """The form that posts to the address that ends so."""
        return next(form for form in self.forms if form.action.endswith(action))

    @property
    def again(self) -> list[PageForm]:
        """The forms that came back."""
        return [form for form in self.forms if "data-again" in form.attributes]


def closed_around(html: str, mark: str) -> int:
    """How many `<details>` around the first `mark` of a page are closed."""
    around: list[str] = []
    for tag in finditer(r"<(/?)details\b([^>]*)>", html[: html.index(mark)]):
        around.pop() if tag[1] else around.append(tag[2])
    return sum(" open" not in attributes for attributes in around)
