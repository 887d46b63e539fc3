"""Invented employers, what they hire, and their applications."""

from datetime import datetime, timedelta
from itertools import cycle
from random import Random

from app.core import files
from app.core.db import db
from app.demo.content import (
    MAJORS,
    NAME_HEADS,
    NAME_TAILS,
    SHORT_TAILS,
    ZONES,
)
from app.demo.people import code, person_name
from app.employers.models import Employer, Position
from app.employers.services import hints_in
from app.employers.states import EmployerStatus, Ownership, PayPeriod, PillarIndustry
from app.participations.models import OfferedPosition, Participation, Representative
from app.participations.states import ParticipationStatus
from app.places.models import Delegation
from app.places.states import EducationLevel
from app.tours.models import Fair

PILLARS = {
    "B": PillarIndustry.ELECTRICAL,
    "C": PillarIndustry.PUMPS_VALVES,
    "D": PillarIndustry.FOOTWEAR_LEATHER,
}
LEVELS = (
    [EducationLevel.MASTERS, EducationLevel.BACHELORS],
    [EducationLevel.BACHELORS],
    [EducationLevel.BACHELORS, EducationLevel.JUNIOR_COLLEGE],
    [EducationLevel.DOCTORAL, EducationLevel.MASTERS],
)


def sample_licence() -> bytes:
    """A page that can be opened where a business licence is expected."""
    # This module is known to every process, the library of paper only to who makes some.
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.add_page()
    pdf.set_font("Helvetica", size=24)
    pdf.cell(0, 40, "Sample business licence", align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", size=12)
    pdf.cell(0, 10, "Invented for the demonstration.", align="C")
    return bytes(pdf.output())


class EmployerMaker:
    """Makes employers zone by zone, each with a name of its own."""

    def __init__(self, rng: Random, delegations: dict[str, Delegation], at: datetime) -> None:
        self.rng = rng
        self.delegations = delegations
        self.at = at
        self.number = 0
        self.licence = sample_licence()
        self.names = {
            zone[0]: cycle([(head, k) for k in range(4) for head in self._heads(zone[0])])
            for zone in ZONES
        }

    def _heads(self, zone: str) -> list[str]:
        start = "ABCDEF".index(zone) * 5
        return [*NAME_HEADS[start:], *NAME_HEADS[:start]]

    def make(self, zone: str) -> Employer:
        """One approved employer of a zone with three to five positions."""
        rng, info = self.rng, next(one for one in ZONES if one[0] == zone)
        head, tail = next(self.names[zone])
        self.number += 1
        delegation = self.delegations[rng.choice(info[4])]
        employer = Employer(
            slug=f"e{self.number:03d}",
            name=head + NAME_TAILS[zone][tail],
            short_name=head + SHORT_TAILS[zone][tail],
            initials="",
            uscc=None,
            registration_number=f"3303{self.number:011d}",
            ownership=Ownership.STATE_OWNED
            if zone == "F"
            else rng.choice(
                (Ownership.PRIVATE, Ownership.PRIVATE, Ownership.PRIVATE, Ownership.FOREIGN)
            ),
            industry=info[3],
            pillar_industry=PILLARS.get(zone),
            delegation=delegation,
            city="温州",
            address=f"温州市{delegation.name_zh.removesuffix('分团')}科创路 {self.number} 号",
            headcount=rng.choice(("50–99 人", "100–499 人", "500–999 人", "1,000 人以上")),
            introduction=f"{head}扎根温州，做{info[3]}二十余年。演示数据，单位是虚构的。",
            contact_name=person_name(rng),
            contact_phone=f"0577-{86000000 + self.number}",
            licence_valid_until=(
                self.at + timedelta(days=40 if self.number % 13 == 0 else 900)
            ).date(),
            status=EmployerStatus.APPROVED,
            submitted_at=self.at,
            reviewed_at=self.at + timedelta(days=1),
            created_at=self.at,
        )
        for title in rng.sample(info[6], rng.choice((3, 4, 4, 5))):
            employer.positions.append(self._position(zone, title, delegation))
        if self.number % 9:
            kept = files.keep(self.licence, "licence.pdf", limit=1_000_000)
            files.attach(employer, kept, at=self.at)
        db.session.add(employer)
        return employer

    def _position(self, zone: str, title: str, delegation: Delegation) -> Position:
        rng = self.rng
        low = rng.choice((6, 7, 8, 9, 10, 12, 15)) * 1000
        high = low + rng.choice((3, 4, 5, 8)) * 1000
        majors = list(MAJORS[zone][: rng.choice((1, 2, 3))])
        place = delegation.name_zh.removesuffix("分团") if delegation.code != "SB" else "鹿城"
        negotiable = rng.random() < 0.08
        position = Position(
            uid=code(rng),
            title=title,
            category=majors[0],
            openings=None if rng.random() < 0.07 else rng.choice((1, 2, 2, 3, 4, 5, 8)),
            majors=majors,
            place="温州" if place in ("国资", "经开区") else place,
            pay_text="面议" if negotiable else f"{low // 1000}-{high // 1000}千/月",
            pay_low=None if negotiable else low,
            pay_high=None if negotiable else high,
            pay_period=None if negotiable else PayPeriod.MONTH,
            description=f"负责{title}相关工作，有师傅带，项目完整。",
            requirements="专业对口，踏实肯学；应届生和往届生都可以。"
            if rng.random() > 0.02
            else "专业对口，踏实肯学，30 周岁以下，男性优先。",
            benefits="五险一金，人才公寓，年终奖。",
            created_at=self.at,
        )
        position.hints = hints_in(position.requirements)
        position.levels = rng.choice(LEVELS)
        return position


def take_part(
    employer: Employer,
    fair: Fair,
    status: ParticipationStatus,
    rng: Random,
    *,
    at: datetime,
) -> Participation:
    """An application to a fair in some state, with the employer's positions."""
    decided = status not in (ParticipationStatus.DRAFT, ParticipationStatus.SUBMITTED)
    came = status is ParticipationStatus.ARRIVED
    confirmed = came or status in (ParticipationStatus.CONFIRMED, ParticipationStatus.NO_SHOW)
    participation = Participation(
        fair=fair,
        employer=employer,
        delegation=employer.delegation,
        status=status,
        public_code=code(rng, 16),
        needs_power=rng.random() < 0.3,
        submitted_at=at,
        reviewed_at=at + timedelta(days=1) if decided else None,
        confirm_by=fair.starts_at - timedelta(days=3) if decided else None,
        confirmed_at=at + timedelta(days=2) if confirmed else None,
        arrived_at=fair.starts_at - timedelta(minutes=rng.randint(5, 40)) if came else None,
        arrived_via="list" if came else "",
        created_at=at,
    )
    participation.offered = [
        OfferedPosition(position=position, openings=position.openings)
        for position in employer.positions
    ]
    if confirmed:
        participation.representatives = [
            Representative(name=person_name(rng), job_title=title, phone=None)
            for title in ("人事经理", "用人部门主管")
        ]
    db.session.add(participation)
    return participation
