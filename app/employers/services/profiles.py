"""A company's file: made at sign-up, kept by its people."""

import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.accounts.permissions import Role
from app.accounts.services import create_user, send_email_confirmation
from app.audit.services import Actor, changes, record
from app.core.clock import utcnow
from app.core.codes import slugify
from app.core.db import changed_one, db
from app.core.errors import Conflict, StaleVersion
from app.core.files import Kept, attach
from app.core.masking import mask_name
from app.core.spelling import spell
from app.core.text import N_
from app.employers.models import Employer, EmployerMember
from app.employers.queries import (
    find_employer_by_name,
    find_employer_by_number,
    list_members,
    list_slugs_like,
)
from app.employers.services.index import SEARCHED, index_employer, initials_of
from app.employers.states import EMPLOYER_FLOW, EmployerStatus, Ownership, PillarIndustry
from app.employers.uscc import Checked

LONGEST_STEM = 40


class CompanyKnown(Conflict):
    """The company is here already; its own people let others in."""

    code = "company-known"
    message = N_("This company is here already. Ask %(who)s to invite you.")


@dataclass(frozen=True)
class SignUp:
    """What somebody says who brings a company. ``email`` is normalised, the password hashed."""

    email: str
    password_hash: str
    company: str
    number: Checked
    contact_name: str
    contact_phone: str
    locale: str | None = None


@dataclass(frozen=True)
class Profile:
    """What a company says about itself. Name and number are fixed once it is approved."""

    name: str
    number: Checked
    name_en: str = ""
    short_name: str = ""
    ownership: Ownership = Ownership.PRIVATE
    industry: str = ""
    pillar_industry: PillarIndustry | None = None
    delegation_id: int | None = None
    city: str = ""
    address: str = ""
    headcount: str = ""
    website: str = ""
    introduction: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""


# What the log may hold in clear.
_SHOWN = ("name", "short_name", "ownership", "industry", "pillar_industry", "delegation_id")

LABELS = {
    "name": N_("Company name"),
    "name_en": N_("English name"),
    "short_name": N_("Short name"),
    "uscc": N_("Unified social credit code"),
    "registration_number": N_("Registration number"),
    "ownership": N_("Ownership"),
    "industry": N_("Industry"),
    "pillar_industry": N_("Pillar industry"),
    "delegation_id": N_("Delegation"),
    "city": N_("City"),
    "address": N_("Address"),
    "headcount": N_("Number of staff"),
    "website": N_("Website"),
    "introduction": N_("Introduction"),
    "contact_name": N_("Contact person"),
    "contact_phone": N_("Telephone"),
    "contact_email": N_("E-mail"),
}


def tidy_name(name: str) -> str:
    """A company's name as it is kept: full-width brackets, no blanks beside Chinese characters."""
    folded = unicodedata.normalize("NFKC", name).replace("(", "（").replace(")", "）")
    words = folded.split()
    ascii_only = all(word.isascii() for word in words)
    return (" " if ascii_only or any(word.isascii() for word in words) else "").join(words)


def sign_up(said: SignUp) -> tuple[User, Employer]:
    """Make the account of an owner and the file of their company, waiting for review.

    Raises :class:`CompanyKnown` naming whom to ask, or ``EmailTaken``.
    """
    user = create_user(
        email=said.email,
        role=Role.EMPLOYER_OWNER,
        name=said.contact_name,
        password_hash=said.password_hash,
        locale=said.locale,
    )
    employer = create_employer(
        said.company,
        said.number,
        by=user,
        contact_name=said.contact_name,
        contact_phone=said.contact_phone or None,
        contact_email=said.email,
    )
    db.session.add(EmployerMember(employer=employer, user=user, role=Role.EMPLOYER_OWNER))
    db.session.flush()
    send_email_confirmation(user)
    return user, employer


def create_employer(name: str, number: Checked, *, by: Actor | None, **facts: Any) -> Employer:
    """A new company; :class:`CompanyKnown` if the name or the number is here already."""
    name = tidy_name(name)
    known = _find_same(name, number)
    if known is not None:
        raise _known(known, name)
    employer = Employer(
        slug=_free_slug(name),
        name=name,
        uscc=number.uscc,
        registration_number=number.registration_number,
        initials=initials_of(facts.get("short_name") or name),
        **facts,
    )
    try:
        with db.session.begin_nested():
            db.session.add(employer)
    except IntegrityError:  # somebody else was first by a moment
        known = _find_same(name, number)
        if known is None:
            raise Conflict() from None
        raise _known(known, name) from None
    record("employer.sign-up", by=by, on="employer", object_id=employer.id, label=name)
    return employer


def _find_same(name: str, number: Checked) -> Employer | None:
    code = number.uscc or number.registration_number
    return (find_employer_by_number(code) if code else None) or find_employer_by_name(name)


def _known(employer: Employer, name: str) -> CompanyKnown:
    field = "company" if employer.name == name else "uscc"
    owners = [one.user for one in list_members(employer) if one.role is Role.EMPLOYER_OWNER]
    if not owners:
        return CompanyKnown(
            N_("This company is here already. Ask the organiser to let you in."), field=field
        )
    return CompanyKnown(field=field, who=mask_name(owners[0].name) or "–")


@lru_cache(maxsize=16)
def stem_of(name: str) -> str:
    """The slug a company's name would like to have, at most ``LONGEST_STEM`` characters."""
    words = spell(name.replace("有限公司", "").replace("股份", ""))
    return slugify(" ".join(words), "employer")[:LONGEST_STEM].strip("-")


def _free_slug(name: str) -> str:
    stem = stem_of(name)
    taken, number = list_slugs_like(stem), 2
    slug = stem
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def edit_profile(employer: Employer, profile: Profile, *, version: int, by: User) -> None:
    """Change what a company says about itself.

    Raises :class:`StaleVersion` with what differs if a colleague was faster.
    """
    # Whoever edits at the same moment waits here and is compared with what was saved.
    db.session.refresh(employer, with_for_update=True)
    values = asdict(profile)
    number: Checked = profile.number
    del values["number"]
    values["contact_phone"] = profile.contact_phone or None
    if employer.status in (EmployerStatus.PENDING, EmployerStatus.RETURNED):
        values["name"] = tidy_name(profile.name)
        values |= {"uscc": number.uscc, "registration_number": number.registration_number}
        _refuse_same(employer, values["name"], number)
    else:
        del values["name"]
    before, after = changes(employer, values)
    if employer.version != version:
        differs = [(LABELS[key], before[key], after[key]) for key in after]
        raise StaleVersion(differs, current_version=employer.version)
    if not after:
        return
    for key, value in after.items():
        setattr(employer, key, value)
    employer.initials = initials_of(employer.short_name or employer.name)
    db.session.flush()
    if after.keys() & SEARCHED:
        index_employer(employer)
    record(
        "employer.edit",
        by=by,
        on="employer",
        object_id=employer.id,
        label=employer.name,
        delegation_id=employer.delegation_id,
        before={key: value for key, value in before.items() if key in _SHOWN},
        after={key: value if key in _SHOWN else "…" for key, value in after.items()},
    )


def _refuse_same(employer: Employer, name: str, number: Checked) -> None:
    known = _find_same(name, number)
    if known is not None and known.id != employer.id:
        error = _known(known, name)
        error.field = "name" if error.field == "company" else error.field
        raise error


def attach_licence(
    employer: Employer, kept: Kept, *, valid_until: date | None, by: User
) -> str | None:
    """Keep a new licence; returns the key of the old file, to be dropped after the commit."""
    db.session.refresh(employer, with_for_update=True)
    old = attach(employer, kept, at=utcnow())
    employer.licence_valid_until = valid_until
    db.session.flush()
    record(
        "employer.licence",
        by=by,
        on="employer",
        object_id=employer.id,
        label=employer.name,
        delegation_id=employer.delegation_id,
        after={"file": kept.name, "valid_until": valid_until},
    )
    return old


def resubmit(employer: Employer, *, by: User) -> None:
    """Hand a returned file in again."""
    EMPLOYER_FLOW.check(employer.status, EmployerStatus.PENDING)
    statement = (
        update(Employer)
        .where(Employer.id == employer.id, Employer.status == employer.status)
        .values(
            status=EmployerStatus.PENDING,
            submitted_at=utcnow(),
            version=Employer.version + 1,
        )
    )
    if not changed_one(statement):
        raise Conflict()
    db.session.refresh(employer, ["status", "submitted_at", "version"])
    record(
        "employer.resubmit",
        by=by,
        on="employer",
        object_id=employer.id,
        label=employer.name,
        delegation_id=employer.delegation_id,
    )
