"""What every figure is called, what it counts and in what unit, and the arithmetic between them.

Pure: no database, no clock. Pages show a figure's definition beside it, exports put it on a
sheet of its own; so a figure that is not in ``FIGURES`` cannot be shown. Rounding is half up
throughout, as in the bureau's own reports.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.core.text import N_

# Public and projected breakdowns hide cells below this, so that nobody can be picked out.
SUPPRESS_BELOW = 5


class Kind(StrEnum):
    """How a figure is written."""

    COUNT = "count"
    PERCENT = "percent"
    RATIO = "ratio"


@dataclass(frozen=True)
class Figure:
    """A figure: its key, its name, its unit and what exactly it counts."""

    key: str
    name: str
    unit: str
    definition: str
    kind: Kind = Kind.COUNT
    digits: int = 0


_PEOPLE, _VISITS = N_("people"), N_("visits")

FIGURES: dict[str, Figure] = {
    figure.key: figure
    for figure in (
        Figure(
            "fairs",
            N_("Fairs held"),
            N_("fairs"),
            N_(
                "Fairs that began in the period and were not cancelled; postponed ones count "
                "when they are held."
            ),
        ),
        Figure(
            "employers",
            N_("Employers"),
            N_("employers"),
            N_(
                "Distinct employers that took part: confirmed and not marked absent. One "
                "employer at three fairs counts once."
            ),
        ),
        Figure(
            "employer_visits",
            N_("Employer attendances"),
            N_("attendances"),
            N_(
                "Employers counted once for each fair they took part in. One employer at three "
                "fairs counts three times."
            ),
        ),
        Figure(
            "employers_arrived",
            N_("Employers that reported"),
            N_("attendances"),
            N_("Of the attendances, those whose arrival at the fair was recorded."),
        ),
        Figure(
            "employers_absent",
            N_("Employers that did not come"),
            N_("attendances"),
            N_("Confirmed and did not come. They count in no other figure."),
        ),
        Figure(
            "positions",
            N_("Positions offered"),
            N_("positions"),
            N_(
                "Posts brought to fairs by employers that took part, counted once for each "
                "fair; not the number of people wanted."
            ),
        ),
        Figure(
            "positions_distinct",
            N_("Different positions"),
            N_("positions"),
            N_("Each post once, at however many fairs it was offered."),
        ),
        Figure(
            "openings",
            N_("Openings"),
            _PEOPLE,
            N_(
                "The number of people wanted for the positions offered. Positions that say "
                '"several" add nothing here.'
            ),
        ),
        Figure(
            "openings_unknown",
            N_("Positions for several people"),
            N_("positions"),
            N_("Positions whose number of openings the employer left open."),
        ),
        Figure(
            "registered",
            N_("Registered"),
            _VISITS,
            N_(
                "Places at fairs held by students, cancelled and waiting ones left out; "
                "walk-ins included."
            ),
        ),
        Figure(
            "registered_before",
            N_("Registered before the doors opened"),
            _VISITS,
            N_("Of those registered, everybody who was so before the doors opened."),
        ),
        Figure(
            "walk_ins",
            N_("Walk-ins"),
            _VISITS,
            N_(
                "Of those registered, everybody who did so at the door or after the doors had "
                "opened."
            ),
        ),
        Figure(
            "attended",
            N_("People who came"),
            _PEOPLE,
            N_(
                "Distinct students who were let in at a gate. One student at three fairs counts "
                "once."
            ),
        ),
        Figure(
            "attendances",
            N_("Visits"),
            _VISITS,
            N_(
                "Students let in, counted once for each fair and each day of it. Going out and "
                "in again on one day is one visit."
            ),
        ),
        Figure(
            "attended_registered",
            N_("Came among those registered before"),
            _VISITS,
            N_("Of those registered before the doors opened, everybody who was let in."),
        ),
        Figure(
            "resumes",
            N_("Resumes received"),
            N_("resumes"),
            N_(
                "Resumes shared with an employer at a fair by the student's own consent, one "
                "for each student and employer."
            ),
        ),
        Figure(
            "resume_people",
            N_("People who shared a resume"),
            _PEOPLE,
            N_("Distinct students who shared a resume with at least one employer."),
        ),
        Figure(
            "intents",
            N_("People with an intent"),
            _PEOPLE,
            N_(
                "Distinct students whose highest step confirmed by both sides is a preliminary "
                "intent or above. What was given up later still counts here."
            ),
        ),
        Figure(
            "intent_pairs",
            N_("Intents reached"),
            N_("intents"),
            N_(
                "The same counted once for each student, employer and fair. One student with "
                "three employers counts three times."
            ),
        ),
        Figure(
            "intents_current",
            N_("People with a standing intent"),
            _PEOPLE,
            N_(
                "Of the people with an intent, those with at least one that was not declined, "
                "withdrawn or lapsed."
            ),
        ),
        Figure(
            "agreements",
            N_("Letters of intent"),
            N_("letters"),
            N_(
                "Letters of intent that both sides signed and neither withdrew. They are no "
                "employment contracts."
            ),
        ),
        Figure(
            "contracts",
            N_("Contracts"),
            N_("contracts"),
            N_(
                "Intents that led to a signed employment contract or further, recorded with "
                "evidence."
            ),
        ),
        Figure(
            "doctoral",
            N_("Doctoral graduates recruited"),
            _PEOPLE,
            N_(
                "Distinct doctoral graduates with a contract from a fair, and those entered as "
                "totals."
            ),
        ),
        Figure(
            "masters",
            N_("Master's graduates recruited"),
            _PEOPLE,
            N_(
                "Distinct master's graduates with a contract from a fair, and those entered as "
                "totals."
            ),
        ),
        Figure(
            "graduates",
            N_("Graduates recruited"),
            _PEOPLE,
            N_(
                "Distinct graduates of any level with a contract from a fair, and those entered "
                "as totals."
            ),
        ),
        Figure(
            "online_visitors",
            N_("Online visitors"),
            _VISITS,
            N_(
                "Visitors of online fairs and broadcasts, as entered by hand. Never added to "
                "those who came in."
            ),
        ),
        Figure(
            "attendance_rate",
            N_("Attendance rate"),
            "%",
            N_(
                "Those who came among those registered before the doors opened ÷ registered "
                "before the doors opened."
            ),
            Kind.PERCENT,
            1,
        ),
        Figure(
            "intent_rate",
            N_("Intent rate"),
            "%",
            N_("People with an intent ÷ people who came."),
            Kind.PERCENT,
            1,
        ),
        Figure(
            "supply_demand",
            N_("Openings for each visitor"),
            "",
            N_(
                'Openings ÷ people who came (求人倍率). Positions that say "several" are not in it.'
            ),
            Kind.RATIO,
            2,
        ),
        Figure(
            "completion",
            N_("Completion"),
            "%",
            N_("This year so far ÷ the year's target, to two decimals."),
            Kind.PERCENT,
            2,
        ),
        Figure(
            "ratio_to_last_year",
            N_("Ratio to all of last year"),
            "%",
            N_(
                "This year so far ÷ the whole of last year, January to December. It is not a "
                "growth rate."
            ),
            Kind.PERCENT,
        ),
        Figure(
            "year_on_year",
            N_("Year on year"),
            "%",
            N_(
                "How much more than in the same days of last year. Where last year is unknown "
                'or zero, "—" stands.'
            ),
            Kind.PERCENT,
            1,
        ),
        Figure(
            "share",
            N_("Share of all"),
            "%",
            N_("Part of the whole to one decimal; all parts together are exactly 100.0."),
            Kind.PERCENT,
            1,
        ),
    )
}


def rounded(value: Decimal, digits: int) -> Decimal:
    """A number to so many decimals, half up."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def quotient(part: int | None, whole: int | None, digits: int, times: int = 1) -> Decimal | None:
    """``part ÷ whole × times`` to so many decimals; None where the base is missing or zero."""
    if part is None or not whole:
        return None
    return rounded(Decimal(part) * times / Decimal(whole), digits)


def completion(done: int | None, target: int | None) -> Decimal | None:
    """How much of a target is reached, in per cent to two decimals: 484 of 300 is 161.33."""
    return quotient(done, target, 2, 100)


def ratio_to_last_year(so_far: int | None, last_year: int | None) -> int | None:
    """This year so far against the whole of last year, in whole per cent: 651 to 446 is 146."""
    found = quotient(so_far, last_year, 0, 100)
    return None if found is None else int(found)


def year_on_year(now: int | None, before: int | None) -> Decimal | None:
    """Change against the same days of last year, in per cent to one decimal; no base, no "
    "figure."""
    if now is None or not before:
        return None
    return quotient(now - before, before, 1, 100)


def attendance_rate(came: int | None, registered: int | None) -> Decimal | None:
    """Who came of those registered before the doors opened, in per cent to one decimal."""
    return quotient(came, registered, 1, 100)


def intent_rate(intents: int | None, attended: int | None) -> Decimal | None:
    """People with an intent among those who came, in per cent to one decimal."""
    return quotient(intents, attended, 1, 100)


def supply_demand(openings: int | None, attended: int | None) -> Decimal | None:
    """Openings for each person who came (求人倍率), to two decimals."""
    return quotient(openings, attended, 2)


def shares(counts: Sequence[int]) -> list[Decimal]:
    """Each count as a share of all in per cent to one decimal, together exactly 100.0.

    By largest remainder: every share is cut to tenths, and the tenths left over go to those
    that lost most (of equals, to the earlier). Nothing counted gives zeros.
    """
    if any(count < 0 for count in counts):
        raise ValueError("a share of a negative count")
    whole = sum(counts)
    if not whole:
        return [Decimal("0.0") for _ in counts]
    tenths, lost = zip(*(divmod(count * 1000, whole) for count in counts), strict=True)
    by_loss = sorted(range(len(counts)), key=lambda i: (-lost[i], i))
    raised = set(by_loss[: 1000 - sum(tenths)])
    return [Decimal(n + (i in raised)).scaleb(-1) for i, n in enumerate(tenths)]


def is_suppressed(count: int) -> bool:
    """Whether a cell of a public breakdown is too small to be shown."""
    return 0 < count < SUPPRESS_BELOW


def suppressed(count: int) -> int | str:
    """A cell as the public may see it: 1 to 4 read "<5"."""
    return f"<{SUPPRESS_BELOW}" if is_suppressed(count) else count


def with_rates(counts: dict[str, int | None]) -> dict[str, int | Decimal | None]:
    """The counts and the rates that follow from them."""
    rates: dict[str, int | Decimal | None] = {
        "attendance_rate": attendance_rate(
            counts.get("attended_registered"), counts.get("registered_before")
        ),
        "intent_rate": intent_rate(counts.get("intents"), counts.get("attended")),
        "supply_demand": supply_demand(counts.get("openings"), counts.get("attended")),
    }
    return {**counts, **rates}


def figures_of(keys: Iterable[str]) -> list[Figure]:
    """The figures with these keys, in this order."""
    return [FIGURES[key] for key in keys]
