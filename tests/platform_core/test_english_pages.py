"""In English no page shows Vietnamese, besides names and what people typed: a walk through the example year."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urlsplit

import pytest
from inside import Backdoor

from platform_core.plugin_host.running import dispatcher
from platform_core.provisioning.demo_year import fill_demo_year
from platform_core.settings import InstanceSettings
from platform_core.testing.loops import settled
from plugin_api.endpoints import PATH_PARAMETER, View
from tenancy.context import Signer
from tenancy.engine import DB

pytestmark = pytest.mark.anyio
VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u00c0-\u00c3\u00c8-\u00ca\u00cc\u00cd\u00d2-\u00d5\u00d9\u00da\u00dd"
                        r"\u00e0-\u00e3\u00e8-\u00ea\u00ec\u00ed\u00f2-\u00f5\u00f9\u00fa\u00fd\u0128\u0129\u0168\u0169"
                        r"\u1ea0-\u1ef9]")  # fmt: skip
READ_ALOUD = re.compile(r'\b(?:aria-label|title|placeholder|alt|content|data-label)="([^"]*)"')
MARKUP = re.compile(r"<(script|style|textarea)\b.*?</\1>|<[^>]*>", re.DOTALL)
LINK = re.compile(r'href="(/[^"#]*)')
OF_EACH = 3
"""How many pages of one address are read."""
TYPED = """
SELECT DISTINCT typed.value FROM audit.log l
CROSS JOIN LATERAL jsonb_path_query(coalesce(l.after, l.before), '$.**') AS found(part)
CROSS JOIN LATERAL (SELECT found.part #>> '{}' AS value WHERE jsonb_typeof(found.part) = 'string') typed
WHERE l.table_name NOT IN ('monthly_rating_scheme', 'monthly_rating_cycle')
UNION SELECT after ->> 'source' FROM audit.log WHERE table_name = 'monthly_rating_scheme'
UNION SELECT unnest(ARRAY[name, short_name, place, party_name, party_parent]) FROM app.tenant"""
"""What people typed and blueprints brought; not what the product calls schemes and periods."""


@pytest.fixture(scope="module")
def year(app, database, postgres):
    """The demo year in Kiên Lương."""

    async def fill():
        await DB.open(database.dsn(), Signer(InstanceSettings(data=postgres.folder).key()), 2)
        await fill_demo_year()
        await DB.close()

    settled(fill())


@pytest.fixture(scope="module")
def typed(database, postgres, year):
    """Texts with Vietnamese letters that are data, the longest first."""
    found = settled(Backdoor(database.dsn(postgres.superuser)).fetch(TYPED))
    lines = {text for line in found for text in (line["value"] or "").splitlines()}
    texts = {one for one in lines if VIETNAMESE.search(one)}
    return sorted(texts, key=len, reverse=True)


def vietnamese_in(page: str, typed) -> list[str]:
    """What a page says in Vietnamese that nobody typed, in its text and in what is read aloud or shown on hover."""
    said = [*MARKUP.sub("\n", page).splitlines(), *READ_ALOUD.findall(page)]
    left = []
    for line in (re.sub(r"\s+", " ", unescape(one)).strip() for one in said):
        rest = line
        for text in typed:
            if VIETNAMESE.search(rest) is None:
                break
            rest = rest.replace(re.sub(r"\s+", " ", text).strip(), "")
        if VIETNAMESE.search(rest.replace("Tiếng Việt", "")):
            left.append(line)
    return left


def template_of(path: str) -> str:
    """The view that a path belongs to, "" for pages outside the bodies."""
    for name, (manifest, endpoint) in dispatcher().registry.endpoints.items():
        prefix = "/t/kien-luong" + ("" if manifest.name == "core" else f"/{manifest.address}")
        if isinstance(endpoint, View) and endpoint.template:
            pattern = PATH_PARAMETER.sub(r"[^/]+", prefix + endpoint.path)
            if re.fullmatch(pattern, path):
                return name
    return ""


async def walked(person) -> dict[str, str]:
    """Address → page of everything that links lead this person to, in English, some of each kind."""
    await person.client.post("/language", data={"language": "en", "back": "/t/kien-luong"})
    waiting, pages, read = ["/t/kien-luong", "/account", "/bodies"], {}, Counter()
    while waiting:
        address = waiting.pop(0)
        kind = template_of(urlsplit(address).path) or address
        if address in pages or read[kind] >= OF_EACH or "export=" in address:
            continue
        answer = await person.client.get(address)
        if answer.status_code == 200 and "text/html" in answer.headers["content-type"]:
            pages[address] = answer.text
            read[kind] += 1
            links = [unescape(link) for link in LINK.findall(answer.text)]
            waiting += [link for link in links if template_of(urlsplit(link).path)]
    return pages


@pytest.mark.parametrize("login", ["duc.tq", "anh.nt", "on.dv", "oanh.qt"])
async def test_no_page_shows_vietnamese_that_nobody_typed(site, year, typed, login):
    pages = await walked(await site.sign_in(login))
    assert len(pages) > 5 and all('lang="en"' in page for page in pages.values())
    found = {line: address for address, page in pages.items() for line in vietnamese_in(page, typed)}
    assert found == {}


async def test_the_walk_meets_every_page(site, year):
    met = set()
    for login in ("duc.tq", "on.dv", "oanh.qt"):
        met |= {template_of(urlsplit(address).path) for address in await walked(await site.sign_in(login))}
    views = {name for name, (_module, one) in dispatcher().registry.endpoints.items() if getattr(one, "template", "")}
    assert views - met == set()
