"""The companies there are, as far as rows of a file may mean them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.accounts.permissions import Scope
from app.core.db import db
from app.employers.models import Employer
from app.employers.services import LONGEST_STEM, stem_of
from app.employers.states import EmployerStatus
from app.imports.kinds import Seen
from app.places.models import Delegation


@dataclass(frozen=True, slots=True)
class Brief:
    """What is known of a company by heart. ``row`` is the row that brings it, 0 if it is here."""

    id: int
    slug: str
    name: str
    code: str
    delegation_id: int | None
    version: int = 0
    row: int = 0


_LEGAL = re.compile(r"股份|有限|责任|公司|[（()）\s·,.]|co|ltd|inc", re.IGNORECASE)
_PLACE = re.compile(
    r"^(?:中国|浙江省?|温州市?|[\u4e00-\u9fff]{2}(?:省|市|县|区))+|（[^（）]{2,6}）"
)


def core_of(name: str) -> str:
    """What remains of a name without what people write in one way today, in another tomorrow."""
    bare = _LEGAL.sub("", _PLACE.sub("", name)).casefold()
    return bare if len(bare) >= 2 else name.casefold()


class Companies:
    """Finds the company a row means, among those here and those the file brought already."""

    def __init__(self, scope: Scope | None = None) -> None:
        self.scope = scope or Scope(bureau=True)
        self.by_code: dict[str, Brief] = {}
        self.by_name: dict[str, Brief] = {}
        self.by_slug: dict[str, Brief] = {}
        self.cores: dict[str, list[Brief]] = {}
        self._next: dict[str, int] = {}
        columns = (
            Employer.id,
            Employer.slug,
            Employer.name,
            Employer.uscc,
            Employer.registration_number,
            Employer.delegation_id,
            Employer.version,
        )
        for number, slug, name, uscc, old, delegation, version in db.session.execute(
            select(*columns)
        ):
            self._learn(Brief(number, slug, name, uscc or old or "", delegation, version), old)
        self.delegations = dict(_delegations())

    def _learn(self, brief: Brief, other_code: str | None = None) -> None:
        self.by_slug[brief.slug] = brief
        self.by_name.setdefault(brief.name, brief)
        for code in (brief.code, other_code):
            if code:
                self.by_code.setdefault(code, brief)
        self.cores.setdefault(core_of(brief.name), []).append(brief)

    def bring(self, name: str, code: str, delegation_id: int | None, row: int) -> Brief:
        """A company the file brings: found by the rows that follow."""
        brief = Brief(0, self._free_slug(name), name, code, delegation_id, row=row)
        self._learn(brief)
        return brief

    def similar(self, name: str, code: str) -> Brief | None:
        """A company whose name differs only in what names often differ in, or sounds the same.

        One with another code is another company, whatever it is called.
        """
        stem = stem_of(name)
        sounding = [self.by_slug[stem]] if stem in self.by_slug and len(stem) < LONGEST_STEM else []
        alike: list[Brief] = [*self.cores.get(core_of(name), ()), *sounding]
        for brief in alike:
            if brief.name != name and not (code and brief.code and brief.code != code):
                return brief
        return None

    def may_touch(self, delegation_id: int | None) -> bool:
        """Whether whoever imports may bring or change a company of a delegation."""
        return self.scope.bureau or delegation_id in self.scope.delegations

    def find_delegation(self, text: str) -> int | None:
        """The delegation a text names: 瑞安, 瑞安市, 瑞安分团."""
        return self.delegations.get(fold_delegation(text))

    def _free_slug(self, name: str) -> str:
        stem = slug = stem_of(name)
        number = self._next.get(stem, 2)
        while slug in self.by_slug:
            slug, number = f"{stem}-{number}", number + 1
        self._next[stem] = number
        return slug


def fold_delegation(text: str) -> str:
    """A delegation's name without what stands for its kind."""
    return re.sub(
        r"(?:代表团|分团|团|人社局|人力社保局|市|县|区|delegation|\s)+$", "", text.casefold()
    )


def _delegations() -> Iterable[tuple[str, int]]:
    query = select(Delegation.id, Delegation.code, Delegation.name_zh, Delegation.name_en)
    for number, code, zh, en in db.session.execute(query.where(Delegation.archived_at.is_(None))):
        for text in (code, zh, en):
            if text:
                yield fold_delegation(text), number


def code_of(seen: Seen) -> str:
    """The code a row gives, new or old."""
    return str(seen.values.get("uscc") or seen.values.get("registration_number") or "")


# What an employer's row may say, as the columns of Employer.
TEXTS = (
    "name_en",
    "short_name",
    "industry",
    "city",
    "address",
    "headcount",
    "website",
    "introduction",
    "contact_name",
    "contact_email",
)
NEW_STATUS = EmployerStatus.PENDING


def employer_values(seen: Seen, delegation_id: int | None) -> dict[str, Any]:
    """What a row says of a company, under the names of Employer's columns; no telephone."""
    said = seen.values
    values: dict[str, Any] = {name: said[name] for name in TEXTS if said.get(name)}
    for name in ("name", "uscc", "registration_number", "ownership", "pillar_industry"):
        if said.get(name):
            values[name] = said[name]
    if delegation_id is not None:
        values["delegation_id"] = delegation_id
    return values
