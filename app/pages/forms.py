"""What visitors may ask of the pages that positions are found on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from app.employers.states import PillarIndustry
from app.participations.queries import Wanted
from app.places.majors import categories
from app.places.models import Delegation
from app.places.states import EducationLevel
from app.web.forms import strip


@dataclass(frozen=True)
class OfferSearch:
    """What a student looks for; read from the address, whatever it holds."""

    wanted: Wanted = field(default_factory=Wanted)
    page: int = 1

    @classmethod
    def from_query(
        cls, query: MultiDict[str, str], delegations: Sequence[Delegation]
    ) -> "OfferSearch":
        """Read the filters; what makes no sense is left out, never an error."""
        known = {row.code: row.id for row in delegations}
        level = query.get("level", "")
        pillar = query.get("pillar", "")
        category = query.get("category", "")
        return cls(
            Wanted(
                words=strip(query.get("q", ""))[:60],
                level=EducationLevel(level) if level in set(EducationLevel) else None,
                major=strip(query.get("major", ""))[:40],
                place=strip(query.get("place", ""))[:40],
                min_pay=_number(query.get("pay", "")),
                delegation_id=known.get(query.get("delegation", "")),
                pillar=PillarIndustry(pillar) if pillar in set(PillarIndustry) else None,
                category=category if category == "any" or category in categories() else "",
            ),
            page=_number(query.get("page", "")) or 1,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the page was asked for."""
        return self.wanted != Wanted()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None
