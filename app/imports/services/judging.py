"""What each row of a file would do now. Writes nothing.

A judge takes rows one after another, each read already by its kind, and knows what is here
and what earlier rows said. Rows come in chunks, so that what a chunk needs from the database
is asked once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import select

from app.core.codes import random_code
from app.core.db import db
from app.employers.models import Employer
from app.employers.services import initials_of
from app.imports.kinds import Seen
from app.imports.reasons import Found
from app.imports.services.companies import Brief, Companies, code_of, employer_values
from app.imports.services.judged import JudgedRow
from app.imports.services.postings import Posting, Postings, digest_of, position_values
from app.imports.states import RowAction

MERGE, KEEP = "merge:", "keep"


@dataclass
class NewCompany:
    """A company that rows about something else bring."""

    key: str
    number: int
    values: dict[str, Any]
    phone: str | None


class Judge(Protocol):
    """Judges the rows of one kind."""

    new_companies: list[NewCompany]

    def judge(self, rows: Sequence[tuple[JudgedRow, Seen]]) -> None:
        """Give each row of a chunk its action, its last reasons and its verdict."""


class EmployerJudge:
    """Rows that are companies."""

    def __init__(self, companies: Companies, delegation_id: int | None) -> None:
        self.companies = companies
        self.delegation_id = delegation_id
        self.new_companies: list[NewCompany] = []
        self._codes: dict[str, tuple[int, str]] = {}
        self._names: dict[str, tuple[int, str]] = {}

    def judge(self, rows: Sequence[tuple[JudgedRow, Seen]]) -> None:
        meant: dict[int, tuple[JudgedRow, Brief, dict[str, Any]]] = {}
        for row, seen in rows:
            row.found = seen.found
            brief = None if seen.refused else self._judge(row, seen)
            if brief is not None and brief.id:
                meant[id(row)] = (row, brief, row.values)
        current = _load([brief.id for _, brief, _ in meant.values()])
        for row, brief, values in meant.values():
            employer = current.get(brief.id)
            if employer is not None and not any(one.refuses for one in row.found):
                _compare(row, employer, values)
        for row, _ in rows:
            row.settle()

    def _judge(self, row: JudgedRow, seen: Seen) -> Brief | None:
        code, name = code_of(seen), str(seen.values.get("name") or "")
        place = _delegation_of(seen, self.companies, self.delegation_id)
        row.values = employer_values(seen, place)
        row.phone = seen.values.get("contact_phone") or None
        row.identity = code or name
        if self._stands_already(row, seen, code, name):
            return None
        brief = self._meant(row, seen, code, name)
        if seen.refused:
            return None
        here = brief.delegation_id if brief else place
        if not (self.companies.may_touch(here) and self.companies.may_touch(place or here)):
            seen.say("other-delegation", "delegation")
            return None
        if code:
            self._codes[code] = (row.number, name)
        self._names[name] = (row.number, code)
        if brief is None:
            self._bring(row, name, code, place)
        return brief

    def _stands_already(self, row: JudgedRow, seen: Seen, code: str, name: str) -> bool:
        """Whether an earlier row says the same, or something that contradicts this one."""
        same_code, same_name = self._codes.get(code), self._names.get(name)
        if same_code and same_code[1] != name:
            seen.say("code-of-another", "uscc", row=same_code[0], name=same_code[1])
        elif same_code or (same_name and (not code or not same_name[1])):
            first = same_code or same_name
            assert first is not None
            seen.say("repeated", "name", row=first[0])
        elif same_name:
            seen.say("name-of-another", "name", row=same_name[0])
        return seen.refused

    def _meant(self, row: JudgedRow, seen: Seen, code: str, name: str) -> Brief | None:
        """The company here that a row means."""
        by_code = self.companies.by_code.get(code) if code else None
        if by_code is not None:
            named = self.companies.by_name.get(name)
            if named is not None and named.slug != by_code.slug:
                seen.say("name-taken", "name", name=name)
            elif by_code.name != name:
                seen.say("name-changed", "name", name=by_code.name)
            return by_code
        by_name = self.companies.by_name.get(name)
        if by_name is not None:
            if _contradict(code, by_name.code):
                seen.say("name-taken", "name", name=name)
            return by_name
        if row.decision.startswith(MERGE):
            return self.companies.by_slug.get(row.decision.removeprefix(MERGE))
        similar = self.companies.similar(name, code) if row.decision != KEEP else None
        if similar is not None:
            seen.say("similar-name", "name", name=similar.name, slug=similar.slug, row=similar.row)
        return None

    def _bring(self, row: JudgedRow, name: str, code: str, place: int | None) -> None:
        brief = self.companies.bring(name, code, place, row.number)
        row.action, row.key = RowAction.NEW, brief.slug
        row.values["initials"] = initials_of(str(row.values.get("short_name") or name))


class PositionJudge:
    """Rows that are positions, with the companies they name."""

    def __init__(self, companies: Companies, delegation_id: int | None) -> None:
        self.companies = companies
        self.delegation_id = delegation_id
        self.new_companies: list[NewCompany] = []
        self.postings = Postings()
        self._seen: dict[bytes, int] = {}

    def judge(self, rows: Sequence[tuple[JudgedRow, Seen]]) -> None:
        pending: list[tuple[JudgedRow, Seen, Brief]] = []
        for row, seen in rows:
            row.found = seen.found
            brief = None if seen.refused else self._employer(row, seen)
            if brief is not None and not seen.refused:
                row.owner, row.identity = brief.slug, brief.slug
                row.values = position_values(seen)
                pending.append((row, seen, brief))
        self.postings.load({brief.id for _, _, brief in pending if brief.id})
        changed: list[tuple[JudgedRow, Posting]] = []
        for row, seen, brief in pending:
            posting = self._judge(row, seen, brief)
            if posting is not None:
                changed.append((row, posting))
        self.postings.compare(changed)
        for row, _ in rows:
            row.settle()

    def _judge(self, row: JudgedRow, seen: Seen, brief: Brief) -> Posting | None:
        digest = digest_of(brief.slug, row.values)
        first = self._seen.setdefault(digest, row.number)
        if first != row.number:
            seen.say("repeated", "title", row=first)
            return None
        row.identity = digest.hex()
        known = self.postings.find(brief.id, row.values, digest) if brief.id else None
        if known is None:
            row.action, row.key = RowAction.NEW, random_code()
            return None
        row.object_id, row.object_version = known.id, known.version
        if known.digest == digest:
            row.action = RowAction.SAME
            return None
        row.action = RowAction.CHANGED
        return known

    def _employer(self, row: JudgedRow, seen: Seen) -> Brief | None:
        """Whose position it is: a company here, one the file brought, or a new one."""
        code, name = code_of(seen), str(seen.values.get("name") or "")
        place = _delegation_of(seen, self.companies, self.delegation_id)
        brief = self.companies.by_code.get(code) if code else None
        brief = brief or self.companies.by_name.get(name)
        if brief is not None and _contradict(code, brief.code):
            seen.say("name-taken", "name", name=name)
            return None
        if brief is not None:
            if not self.companies.may_touch(brief.delegation_id):
                seen.say("other-delegation", "name")
            return brief
        if not name:
            seen.say("employer-unknown", "uscc")
            return None
        if not self.companies.may_touch(place):
            seen.say("other-delegation", "name")
            return None
        if row.decision.startswith(MERGE):
            return self.companies.by_slug.get(row.decision.removeprefix(MERGE))
        similar = self.companies.similar(name, code) if row.decision != KEEP else None
        if similar is not None:
            seen.say("similar-name", "name", name=similar.name, slug=similar.slug, row=similar.row)
        return self._bring(row, seen, place)

    def _bring(self, row: JudgedRow, seen: Seen, place: int | None) -> Brief:
        name = str(seen.values["name"])
        brief = self.companies.bring(name, code_of(seen), place, row.number)
        values = employer_values(seen, place) | {"initials": initials_of(name)}
        phone = seen.values.get("contact_phone") or None
        self.new_companies.append(NewCompany(brief.slug, row.number, values, phone))
        return brief


def _contradict(code: str, known: str) -> bool:
    """Whether two codes of one name cannot both be right; an old and a new one can."""
    return bool(code and known) and code != known and len(code) == len(known)


def _delegation_of(seen: Seen, companies: Companies, usual: int | None) -> int | None:
    """The delegation a row names, else the one the file is imported for."""
    said = str(seen.values.pop("delegation", "") or "")
    if not said:
        return usual
    found = companies.find_delegation(said)
    if found is None:
        seen.found.append(Found("delegation-unknown", "delegation", {"text": said[:20]}))
        return usual
    return found


def _load(ids: Sequence[int]) -> dict[int, Employer]:
    if not ids:
        return {}
    query = select(Employer).where(Employer.id.in_(ids))
    return {one.id: one for one in db.session.scalars(query)}


def _compare(row: JudgedRow, employer: Employer, values: dict[str, Any]) -> None:
    """What a row would change of a company: an empty cell says nothing."""
    after = {
        name: value
        for name, value in values.items()
        if name != "initials" and getattr(employer, name) != value
    }
    row.object_id, row.object_version = employer.id, employer.version
    row.before = {name: getattr(employer, name) for name in after}
    if row.phone == employer.contact_phone:
        row.phone = None
    if row.phone:
        row.before_phone = employer.contact_phone
    row.values = {"name": employer.name, **values, "changes": after}
    row.action = RowAction.CHANGED if after or row.phone else RowAction.SAME
