"""Rows that belong to one fair: what each would do now. Writes nothing."""

from collections.abc import Sequence

from sqlalchemy import select

from app.accounts.services import phone_hash
from app.core.db import db
from app.core.masking import mask_name
from app.imports.kinds import Seen
from app.imports.services.companies import Companies, code_of
from app.imports.services.judged import JudgedRow
from app.imports.services.judging import NewCompany
from app.imports.states import RowAction
from app.participations.models import Booth, Participation
from app.participations.states import BoothKind
from app.places.models import School
from app.registrations.models import Registration
from app.registrations.states import RegistrationStatus
from app.students.models import Student


class ParticipationJudge:
    """Rows that are companies at one fair."""

    def __init__(self, companies: Companies, fair_id: int) -> None:
        self.companies = companies
        self.new_companies: list[NewCompany] = []
        query = select(Booth.code, Booth.id).filter_by(fair_id=fair_id, kind=BoothKind.BOOTH)
        self._booths: dict[str, int] = {
            code: key for code, key in db.session.execute(query) if code
        }
        own = select(Participation.employer_id, Participation.booth_id).filter_by(fair_id=fair_id)
        self._here: dict[int, int | None] = {row[0]: row[1] for row in db.session.execute(own)}
        self._taken = {booth: 0 for booth in self._here.values() if booth}
        self._seen: dict[int, int] = {}

    def judge(self, rows: Sequence[tuple[JudgedRow, Seen]]) -> None:
        for row, seen in rows:
            row.found = seen.found
            if not seen.refused:
                self._judge(row, seen)
            row.settle()

    def _judge(self, row: JudgedRow, seen: Seen) -> None:
        code, name = code_of(seen), str(seen.values.get("name") or "")
        brief = (self.companies.by_code.get(code) if code else None) or self.companies.by_name.get(
            name
        )
        row.values = {"name": brief.name if brief else name}
        if brief is None:
            seen.say("employer-unknown", "name")
            return
        if not self.companies.may_touch(brief.delegation_id):
            seen.say("other-delegation", "name")
            return
        first = self._seen.setdefault(brief.id, row.number)
        if first != row.number:
            seen.say("repeated", "name", row=first)
            return
        row.identity, row.owner = brief.slug, brief.slug
        row.values |= {
            "employer_id": brief.id,
            "delegation_id": brief.delegation_id,
            "needs_power": bool(seen.values.get("needs_power")),
            "note": seen.values.get("note") or "",
            "representatives": seen.values.get("representatives") or [],
        }
        row.phone = seen.values.get("contact_phone") or None
        if brief.id in self._here:
            row.action = RowAction.SAME
            return
        row.action = RowAction.NEW
        self._place(row, seen)

    def _place(self, row: JudgedRow, seen: Seen) -> None:
        code = seen.values.get("booth") or ""
        if not code:
            return
        booth = self._booths.get(code)
        if booth is None:
            seen.say("booth-unknown", "booth", booth=code)
        elif booth in self._taken:
            seen.say("booth-taken", "booth", booth=code)
        else:
            self._taken[booth] = row.number
            row.values |= {"booth_id": booth, "booth": code}


class BoothJudge:
    """Rows that are booths; one without a place in the grid gets one by its code."""

    def __init__(self, fair_id: int) -> None:
        self.new_companies: list[NewCompany] = []
        self._here: dict[str, tuple[int, bool]] = {}
        self._squares: set[tuple[str, int, int]] = set()
        for booth in db.session.scalars(select(Booth).filter_by(fair_id=fair_id)):
            self._squares.add((booth.hall, booth.row, booth.column))
            if booth.code:
                self._here[booth.code] = (booth.id, booth.has_power)
        self._seen: dict[str, int] = {}
        self._lines: dict[tuple[str, str], int] = {}

    def judge(self, rows: Sequence[tuple[JudgedRow, Seen]]) -> None:
        for row, seen in rows:
            row.found = seen.found
            if not seen.refused:
                self._judge(row, seen)
            row.settle()

    def _judge(self, row: JudgedRow, seen: Seen) -> None:
        said, code = seen.values, str(seen.values["booth"])
        row.identity = code
        first = self._seen.setdefault(code, row.number)
        row.values = {"code": code}
        if first != row.number:
            seen.say("repeated", "booth", row=first)
            return
        power = said.get("has_power")
        if code in self._here:
            row.object_id, had = self._here[code]
            row.action = RowAction.SAME
            if power is not None and power != had:
                row.action = RowAction.CHANGED
                row.before, row.values["changes"] = {"has_power": had}, {"has_power": power}
            return
        zone = said.get("zone") or "".join(ch for ch in code if ch.isalpha())[:1]
        hall = said.get("hall") or ""
        at = self._square(hall, zone, said.get("row"), said.get("column"))
        row.values |= {
            "hall": hall,
            "row": at[0],
            "column": at[1],
            "zone": zone,
            "has_power": bool(power),
        }
        row.action = RowAction.NEW

    def _square(self, hall: str, zone: str, row: int | None, column: int | None) -> tuple[int, int]:
        """A free square: the one that was said, else the next in the line of its zone."""
        if row and column and (hall, row - 1, column - 1) not in self._squares:
            self._squares.add((hall, row - 1, column - 1))
            return row - 1, column - 1
        line = self._lines.get((hall, zone))
        if line is None:
            used = {one for place, one, _ in self._squares if place == hall}
            line = self._lines[hall, zone] = max(used, default=-1) + 1
        column = 0
        while (hall, line, column) in self._squares:
            column += 1
        self._squares.add((hall, line, column))
        return line, column


class RegistrationJudge:
    """Rows that are students at one fair. What they say of a person stays sealed."""

    def __init__(self, fair_id: int) -> None:
        self.new_companies: list[NewCompany] = []
        self._seen: dict[str, int] = {}
        self._schools: set[str] = set(db.session.scalars(select(School.name)))
        query = (
            select(Student.phone)
            .join(Registration, Registration.student_id == Student.id)
            .where(Registration.fair_id == fair_id)
            .where(Registration.status != RegistrationStatus.CANCELLED)
        )
        self._here: set[str] = {phone_hash(one) for one in db.session.scalars(query) if one}

    def judge(self, rows: Sequence[tuple[JudgedRow, Seen]]) -> None:
        for row, seen in rows:
            row.found = seen.found
            if not seen.refused:
                self._judge(row, seen)
            row.settle()

    def _judge(self, row: JudgedRow, seen: Seen) -> None:
        found = phone_hash(str(seen.values["phone"]))
        row.identity = found
        row.values = {"person": mask_name(str(seen.values["person"]))}
        first = self._seen.setdefault(found, row.number)
        if first != row.number:
            seen.say("repeated", "phone", row=first)
            return
        school = seen.values.get("school")
        if school and self._schools and school not in self._schools:
            seen.say("school-unknown", "school", text=str(school)[:40])
        row.action = RowAction.SAME if found in self._here else RowAction.NEW
