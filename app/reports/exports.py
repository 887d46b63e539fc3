"""Reports as spreadsheets: every figure with its unit and its definition beside it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from flask_babel import gettext

from app.core.clock import local
from app.core.sheets import Cell, Sheet
from app.employers.states import PillarIndustry
from app.places.majors import categories
from app.reports.measures import FIGURES, Figure, shares
from app.reports.models import FairSnapshot
from app.reports.queries import (
    BREAKDOWNS,
    Annual,
    Breakdown,
    Figures,
    GroupLine,
    MajorLine,
    Part,
)
from app.reports.states import Measure
from app.tours.models import Fair
from app.web.formatting import fmt_months
from app.web.i18n import bilingual, is_english

OF_GROUPS = (
    "fairs",
    "employers",
    "employer_visits",
    "positions",
    "openings",
    "resumes",
    "intents",
    "intent_pairs",
)
OF_FAIRS = (
    "employers",
    "positions",
    "openings",
    "registered",
    "walk_ins",
    "attended",
    "attendances",
    "resumes",
    "intents",
    "intent_pairs",
)


def part_name(breakdown: Breakdown, part: Part) -> str:
    """What a part of a breakdown is called in the reader's language."""
    if not part.key:
        return str(gettext(breakdown.rest))
    if breakdown.words is not None:
        word = breakdown.words(part.key)
        return str(gettext(getattr(word, "label", word)))
    return bilingual(part, "name") or part.key


def heading(figure: Figure) -> str:
    """A column heading that names figure and unit, so that 家 and 家次 cannot be mixed."""
    name, unit = str(gettext(figure.name)), str(gettext(figure.unit))
    if not unit or unit.lower() in name.lower():
        return name
    return gettext("%(name)s (%(unit)s)", name=name, unit=unit)


def result_sheets(
    fair: Fair, figures: Figures, snapshots: Sequence[FairSnapshot], snapshot: FairSnapshot | None
) -> list[Sheet]:
    """A fair's figures, their parts, and the history of what was published."""
    return [
        _figures_sheet(fair, figures, snapshot),
        *(
            _parts_sheet(BREAKDOWNS[name], parts)
            for name, parts in figures.parts.by.items()
            if parts
        ),
        Sheet(
            gettext("Published figures"),
            [gettext("Number"), gettext("Published at"), gettext("Provisional"), gettext("Note")],
            [
                [
                    row.number,
                    local(row.taken_at, fair.time_zone),
                    row.is_provisional,
                    row.note,
                ]
                for row in snapshots
            ],
        ),
    ]


def _figures_sheet(fair: Fair, figures: Figures, snapshot: FairSnapshot | None) -> Sheet:
    values = figures.values
    state = (
        gettext("Published figures no. %(number)s", number=snapshot.number)
        if snapshot
        else gettext("Not published, counted just now")
    )
    rows: list[list[Cell]] = [
        [gettext("Fair"), bilingual(fair, "title"), "", ""],
        [gettext("State of the figures"), state, "", ""],
    ]
    rows += [
        [
            gettext(figure.name),
            values[key],
            gettext(figure.unit) if figure.unit else "",
            gettext(figure.definition),
        ]
        for key, figure in FIGURES.items()
        if key in values
    ]
    return Sheet(gettext("Figures"), _figure_headers(), rows)


def _parts_sheet(breakdown: Breakdown, parts: list[Part]) -> Sheet:
    split = shares([part.counts[breakdown.figures[0]] for part in parts])
    return Sheet(
        gettext(breakdown.name),
        [
            gettext("Part"),
            *(heading(FIGURES[key]) for key in breakdown.figures),
            heading(FIGURES["share"]),
        ],
        [
            [part_name(breakdown, part), *(part.counts[key] for key in breakdown.figures), share]
            for part, share in zip(parts, split, strict=True)
        ],
    )


def annual_sheets(
    report: Annual, fairs: Iterable[tuple[Fair, dict[str, int | None]]]
) -> list[Sheet]:
    """The yearly report, a sheet for each of its sections, the definitions last."""
    return [
        _totals_sheet(report),
        _targets_sheet(report),
        _levels_sheet(report),
        _months_sheet(report),
        _groups_sheet(gettext("Delegations"), gettext("No delegation"), report.delegations, "name"),
        _groups_sheet(gettext("Tours"), gettext("Fairs without a tour"), report.tours, "title"),
        _fairs_sheet(fairs),
        Sheet(
            gettext("Definitions"),
            [gettext("Figure"), gettext("Unit"), gettext("Definition")],
            [
                [gettext(f.name), gettext(f.unit) if f.unit else "", gettext(f.definition)]
                for f in FIGURES.values()
            ],
        ),
    ]


def _totals_sheet(report: Annual) -> Sheet:
    headers = [
        gettext("Figure"),
        gettext("Unit"),
        gettext("%(year)s up to %(day)s", year=report.year, day=report.as_of.isoformat()),
        gettext("Counted here"),
        gettext("Entered as totals"),
        gettext("All of %(year)s", year=report.year - 1),
        heading(FIGURES["ratio_to_last_year"]),
        heading(FIGURES["year_on_year"]),
        gettext("Reconstructed"),
        gettext("Definition"),
    ]
    rows = [
        [
            gettext(line.figure.name),
            gettext(line.figure.unit),
            line.value,
            line.counted,
            line.entered.value if line.entered.counted else None,
            line.last_year,
            line.ratio,
            line.change,
            _reconstructed(line.entered.is_reconstructed, line.last_year_entered.is_reconstructed),
            gettext(line.figure.definition),
        ]
        for line in report.lines
    ]
    return Sheet(gettext("Totals"), headers, rows)


def _reconstructed(this: bool, last: bool) -> str:
    if this and last:
        return str(gettext("both years"))
    return str(gettext("this year") if this else gettext("last year") if last else "")


def _targets_sheet(report: Annual) -> Sheet:
    return Sheet(
        gettext("Targets"),
        [
            gettext("Figure"),
            gettext("Reached"),
            gettext("Target"),
            heading(FIGURES["completion"]),
        ],
        [
            [gettext(row.measure.label), row.value, row.target, row.completion]
            for row in report.targets
        ],
    )


def _levels_sheet(report: Annual) -> Sheet:
    return Sheet(
        gettext("Intents by education level"),
        [
            gettext("Education level"),
            heading(FIGURES[Measure.INTENTS.value]),
            heading(FIGURES["share"]),
            heading(FIGURES["year_on_year"]),
        ],
        [
            [
                gettext(row.level.label) if row.level else gettext("Not split by level"),
                row.people,
                row.share,
                row.change,
            ]
            for row in report.levels
        ],
    )


def _months_sheet(report: Annual) -> Sheet:
    months = report.months
    rows: list[list[Cell]] = [
        [fmt_months(n + 1), months.now[n], months.before[n]] for n in range(12)
    ]
    rows.append([gettext("Entered without a month"), months.now_without, months.before_without])
    return Sheet(
        gettext("Fairs by month"), [gettext("Month"), str(report.year), str(report.year - 1)], rows
    )


def _groups_sheet(title: str, rest: str, lines: list[GroupLine], name: str) -> Sheet:
    return Sheet(
        title,
        [title, *(heading(FIGURES[key]) for key in OF_GROUPS)],
        [
            [
                bilingual(line.row, name) if line.row is not None else rest,
                *(line.counts.get(key) for key in OF_GROUPS),
            ]
            for line in lines
        ],
    )


def _fairs_sheet(fairs: Iterable[tuple[Fair, dict[str, int | None]]]) -> Sheet:
    return Sheet(
        gettext("Fairs"),
        [
            gettext("Day"),
            gettext("Fair"),
            gettext("City"),
            *(heading(FIGURES[key]) for key in OF_FAIRS),
        ],
        [
            [
                local(fair.starts_at, fair.time_zone).date(),
                bilingual(fair, "title"),
                fair.city,
                *(counts.get(key) for key in OF_FAIRS),
            ]
            for fair, counts in fairs
        ],
    )


def _figure_headers() -> list[str]:
    return [gettext("Figure"), gettext("Value"), gettext("Unit"), gettext("Definition")]


def as_number(value: Decimal | int | None) -> float | int | None:
    """A figure as JSON writes it."""
    return float(value) if isinstance(value, Decimal) else value


def name_majors(code: str) -> str:
    """What a line of wanted majors is called."""
    if code == "any":
        return gettext("Any major")
    if not code:
        return gettext("Majors of no known category")
    category = categories()[code]
    return category.name_en if is_english() else category.name_zh


def majors_sheet(lines: Sequence[MajorLine]) -> Sheet:
    """Wanted majors by pillar industry, beside the students who are registered."""
    pillars = list(PillarIndustry)
    names = [gettext(one.label) for one in pillars] + [gettext("Other industries")]
    headers = [
        gettext("Code"),
        gettext("Category of majors"),
        gettext("Positions"),
        gettext("Openings"),
        gettext("Positions that say several"),
        gettext("Registered students"),
        *(gettext("%(industry)s: positions", industry=name) for name in names),
        *(gettext("%(industry)s: openings", industry=name) for name in names),
    ]
    keys = [one.value for one in pillars] + [""]
    rows: list[list[Cell]] = [
        [
            line.code if line.code.isdigit() else "",
            name_majors(line.code),
            line.all_positions,
            line.all_openings,
            line.unknown,
            line.students,
            *(line.positions.get(key, 0) for key in keys),
            *(line.openings.get(key, 0) for key in keys),
        ]
        for line in lines
    ]
    return Sheet(gettext("Majors wanted"), headers, rows)
