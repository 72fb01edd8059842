"""A person's year and the year of a cell."""

from monthly_rating.overview.forms import YearQuery
from monthly_rating.overview.pages.person import my_page, person_page
from monthly_rating.overview.pages.year import year_page, year_sheet
from monthly_rating.permissions import Permission as P
from plugin_api.endpoints import Endpoint, View

# One declaration per paragraph reads as the table it is.
# fmt: off
ENDPOINTS: list[Endpoint] = [
    View(name="monthly_rating.mine", path="/mine", permission=P.MODULE_OPEN, load=my_page,
         query=YearQuery, template="monthly_rating/overview/person.html"),
    View(name="monthly_rating.person", path="/people/{person_id:uuid}", permission=P.MODULE_OPEN,
         load=person_page, query=YearQuery, template="monthly_rating/overview/person.html"),
    View(name="monthly_rating.year", path="/year", permission=P.MODULE_OPEN, load=year_page,
         query=YearQuery, template="monthly_rating/overview/year.html", export=year_sheet),
]
# fmt: on
