"""What a search can be narrowed by, as links that keep the rest of the address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from app.core.text import N_
from app.employers.states import PillarIndustry
from app.pages.forms import OfferSearch
from app.participations.queries import Choice, Found
from app.places.majors import categories
from app.places.models import Delegation
from app.places.states import EducationLevel
from app.web.formatting import fmt_number, fmt_pay
from app.web.i18n import bilingual, is_english
from app.web.templating import url_with

ANY_MAJOR = "any"


@dataclass(frozen=True)
class FacetLink:
    """One value: its label, how many positions it leaves, and the address that sets it or not."""

    label: str
    count: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class Facet:
    """One thing a search can be narrowed by."""

    name: str
    title: str
    links: Sequence[FacetLink]

    @property
    def current(self) -> FacetLink | None:
        """The value that is set."""
        return next((link for link in self.links if link.is_current), None)


_TITLES = (
    ("level", N_("Education")),
    ("category", N_("Majors")),
    ("place", N_("Place of work")),
    ("pay", N_("Pay, at least")),
    ("delegation", N_("Delegation")),
    ("pillar", N_("Pillar industry")),
)


def draw_facets(
    found: Found, search: OfferSearch, delegations: Sequence[Delegation]
) -> list[Facet]:
    """The facets of a search with their counts; a value that is set is shown even with none."""
    by_id = {str(row.id): row for row in delegations}
    labels: dict[str, Callable[[str], str]] = {
        "level": lambda value: gettext(EducationLevel(value).label),
        "category": _category_label,
        "place": str,
        "pay": lambda value: fmt_pay(int(value), None, "month"),
        "delegation": lambda value: bilingual(by_id[value], "name") if value in by_id else "",
        "pillar": lambda value: gettext(PillarIndustry(value).label),
    }
    wanted = search.wanted
    current = {
        "level": wanted.level,
        "category": wanted.category,
        "place": wanted.place,
        "pay": wanted.min_pay,
        "delegation": wanted.delegation_id,
        "pillar": wanted.pillar,
    }
    facets = []
    for name, title in _TITLES:
        chosen = "" if current[name] is None else str(current[name])
        choices = list(found.facets.get(name, ()))
        if chosen and chosen not in {choice.value for choice in choices}:
            choices.append(Choice(chosen, 0))
        links = []
        for choice in choices:
            label = labels[name](choice.value)
            is_current = choice.value == chosen
            value = by_id[choice.value].code if name == "delegation" and label else choice.value
            href = url_with(**{name: None if is_current else value, "page": None})
            if label:
                links.append(FacetLink(label, count_text(choice), href, is_current))
        if len(links) > 1 or chosen:
            facets.append(Facet(name, gettext(title), links))
    return facets


def count_text(choice: Choice) -> str:
    """A count, with a plus where there may be more: 1,000+."""
    return fmt_number(choice.number) + ("+" if choice.is_least else "")


def _category_label(code: str) -> str:
    if code == ANY_MAJOR:
        return gettext("Any major")
    category = categories()[code]
    return category.name_en if is_english() else category.name_zh
