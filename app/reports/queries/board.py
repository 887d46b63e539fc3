"""What the live board shows, counted in nine statements."""

from dataclasses import dataclass
from datetime import datetime

from app.checkins import queries as checkins
from app.checkins.states import HallState, hall_state
from app.core.clock import utcnow
from app.places.states import EducationLevel
from app.reports.queries.breakdowns import Part, intents_by_delegation
from app.reports.queries.counting import (
    Chosen,
    Counts,
    count_agreements,
    count_employers,
    count_positions,
    count_resumes,
    intents_by_level,
    summed_levels,
)
from app.tours.models import Fair

MINUTES = 30
# The board names the largest delegations and puts the others together.
DELEGATIONS_SHOWN = 5
ALWAYS_SHOWN = (
    EducationLevel.DOCTORAL,
    EducationLevel.MASTERS,
    EducationLevel.BACHELORS,
    EducationLevel.JUNIOR_COLLEGE,
)


@dataclass(frozen=True)
class BoardFigures:
    """A fair at one moment: people, arrivals by minute, employers, intents.

    ``unsent`` counts gate phones that hold scans back: until they have sent them, figures
    are provisional.
    """

    at: datetime
    inside: int
    attended: int
    hall: HallState | None
    unsent: int
    arrivals: list[tuple[datetime, int]]
    counts: Counts
    levels: list[tuple[EducationLevel, int]]
    delegations: list[Part]
    other_delegations: int

    @property
    def left(self) -> int:
        """How many came and are outside again."""
        return self.attended - self.inside

    @property
    def employers_expected(self) -> int:
        """Everybody who had confirmed, come or not."""
        taking_part = self.counts["employer_visits"] or 0
        return taking_part + (self.counts["employers_absent"] or 0)


def board_figures(fair: Fair) -> BoardFigures:
    """Count what the board of a fair shows."""
    chosen = Chosen([fair])
    people = checkins.count_people(fair)
    levels = intents_by_level(chosen)
    delegations = sorted(
        (part for part in intents_by_delegation(chosen) if part.key),
        key=lambda part: -part.counts["intents"],
    )
    everybody = summed_levels(levels)
    return BoardFigures(
        at=utcnow(),
        inside=people.inside,
        attended=people.attended,
        hall=hall_state(people.inside, fair.permitted_number),
        unsent=checkins.count_unsent(fair),
        arrivals=checkins.arrivals_per_minute(fair, MINUTES),
        counts={
            **count_employers(chosen),
            **count_positions(chosen),
            **count_resumes(chosen),
            **everybody,
            "agreements": count_agreements(chosen),
        },
        levels=[
            (level, levels.get(level, {}).get("intents", 0))
            for level in EducationLevel
            if level in ALWAYS_SHOWN or level in levels
        ],
        delegations=delegations[:DELEGATIONS_SHOWN],
        other_delegations=sum(p.counts["intents"] for p in delegations[DELEGATIONS_SHOWN:]),
    )
