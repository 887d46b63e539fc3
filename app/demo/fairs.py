"""The tours of the sample world: stops, venues, fairs, halls."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.checkins.models import Gate
from app.core.clock import local
from app.core.db import db
from app.demo.content import STOPS, ZONES
from app.participations.models import Booth, BoothZone
from app.participations.states import BoothKind
from app.places.models import Delegation, School, Venue, VenueGate
from app.places.queries import find_school_by_name
from app.places.states import GateDirection
from app.tours.models import Fair, Stop, Tour
from app.tours.states import FairKind, FairPlace, FairStatus, ReentryPolicy

GATES = (
    ("南门 1 号口", GateDirection.BOTH),
    ("南门 2 号口", GateDirection.BOTH),
    ("东门", GateDirection.ENTRANCE),
    ("西门", GateDirection.EXIT),
)


@dataclass(frozen=True)
class TourWorld:
    """What the other builders need: the fairs by key, and the host school of each."""

    tour: Tour
    fairs: dict[str, Fair]
    hosts: dict[str, School]


def build_tour(now: datetime, delegations: list[Delegation]) -> TourWorld:
    """This season's tour around ``now``: nine fairs, one of them happening."""
    today = local(now).date()
    season = ("春季", "spring") if today.month < 7 else ("秋季", "autumn")
    tour = Tour(
        slug=f"{today.year}-{season[1]}",
        title_zh=f"{today.year} 温州引才专列·{season[0]}行",
        title_en=f"Wenzhou talent train, {season[1]} {today.year}",
        summary_zh="温州的用人单位到你的学校来。报名一次，一个参会码进场、投简历、签意向。",
        summary_en="Wenzhou's employers come to your university. Register once: one ticket to "
        "get in, leave your resume and agree on an intent.",
        starts_on=today + timedelta(days=STOPS[0][5]),
        ends_on=today + timedelta(days=STOPS[-1][5] + 1),
        delegations=delegations,
    )
    db.session.add(tour)
    fairs: dict[str, Fair] = {}
    hosts: dict[str, School] = {}
    for place, (city, city_en, school_name, venue_zh, venue_en, days) in enumerate(STOPS):
        day = today + timedelta(days=days)
        school = find_school_by_name(school_name) or School(name=school_name, city=city)
        stop = Stop(
            tour=tour,
            position=place,
            city=city,
            city_en=city_en,
            arrives_on=day,
            leaves_on=day + timedelta(days=1 if city == "武汉" else 0),
        )
        venue = Venue(
            name_zh=f"{school_name}{venue_zh}",
            name_en=venue_en,
            city=city,
            school=school,
            address=f"{city}市大学路 {place + 1} 号",
            directions="从南门进，直走 200 米",
            permitted_number=1500,
            gates=[
                VenueGate(name=name, direction=direction, position=k)
                for k, (name, direction) in enumerate(GATES)
            ],
        )
        start = _start(now, days)
        key = city_en.lower().replace("'", "")
        fairs[key] = _fair(
            tour,
            stop,
            venue,
            school,
            start,
            f"{school_name}双选会",
            f"{city_en} university fair",
            f"{key}-{day:%m%d}",
        )
        hosts[key] = school
        if city in ("杭州", "武汉", "西安"):
            second = start + timedelta(
                days=1 if city == "武汉" else 0, hours=0 if city == "武汉" else 5
            )
            extra = _fair(
                tour,
                stop,
                venue,
                school,
                second,
                f"{city}数字经济专场",
                f"{city_en} digital economy fair",
                f"{key}-digital-{day:%m%d}",
            )
            extra.kind, extra.capacity = FairKind.SPECIAL_FAIR, 300
            extra.permitted_number = extra.expected_people = 300
            fairs[f"{key}-digital"], hosts[f"{key}-digital"] = extra, school
    _special_states(fairs, now)
    db.session.flush()
    return TourWorld(tour, fairs, hosts)


def _start(now: datetime, days: int) -> datetime:
    """Nine o'clock in China on that day; the fair of today began a good half hour ago."""
    if days == 0:
        early = now - timedelta(minutes=40)
        return early - timedelta(
            minutes=early.minute % 5, seconds=early.second, microseconds=early.microsecond
        )
    day = local(now) + timedelta(days=days)
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


def _fair(
    tour: Tour,
    stop: Stop,
    venue: Venue,
    school: School,
    start: datetime,
    title_zh: str,
    title_en: str,
    slug: str,
) -> Fair:
    published = start - timedelta(days=25)
    fair = Fair(
        slug=slug,
        tour=tour,
        stop=stop,
        title_zh=title_zh,
        title_en=title_en,
        city=stop.city,
        kind=FairKind.TWO_WAY_FAIR,
        place=FairPlace.OUTBOUND,
        venue=venue,
        host_school=school,
        starts_at=start,
        ends_at=start + timedelta(hours=4),
        doors_at=start - timedelta(minutes=30),
        registration_opens_at=published,
        registration_closes_at=start,
        permitted_number=1200,
        capacity=2600,
        expected_people=1500,
        reentry=ReentryPolicy.REENTRY,
        applications_close_at=start - timedelta(days=6),
        confirm_by=start - timedelta(days=3),
        arrivals_from=start - timedelta(minutes=60),
        arrivals_until=start,
        status=FairStatus.PUBLISHED,
        published_at=published,
        created_at=published - timedelta(days=20),
    )
    db.session.add(fair)
    for position, (name, direction) in enumerate(GATES):
        db.session.add(Gate(fair=fair, name=name, direction=direction, position=position))
    return fair


def _special_states(fairs: dict[str, Fair], now: datetime) -> None:
    """A draft, a postponed one, a cancelled one, so that every state can be seen."""
    draft = fairs["chengdu"]
    draft.status, draft.published_at = FairStatus.DRAFT, None
    late = fairs["harbin"]
    late.status, late.status_reason = FairStatus.POSTPONED, "学校场馆检修，时间另行通知"
    off = fairs["xian-digital"]
    off.status, off.status_reason = FairStatus.CANCELLED, "与学校活动冲突，并入当天上午的双选会"


def build_hall(fair: Fair, delegations: dict[str, Delegation]) -> list[Booth]:
    """Six zones of twenty booths, aisles between them, the entrance at the foot."""
    booths = []
    for index, (letter, name_zh, name_en, _industry, codes, _pillar, _titles) in enumerate(ZONES):
        left, top = (index % 3) * 5, (index // 3) * 8
        db.session.add(
            BoothZone(
                fair_id=fair.id,
                zone=letter,
                name_zh=name_zh,
                name_en=name_en,
                delegation_id=delegations[codes[0]].id,
            )
        )
        number = 0
        for row in range(6):
            for column in range(4):
                aisle = row == 2
                number += 0 if aisle else 1
                booths.append(
                    Booth(
                        fair_id=fair.id,
                        row=top + row,
                        column=left + column,
                        kind=BoothKind.AISLE if aisle else BoothKind.BOOTH,
                        code=None if aisle else f"{letter}{number:02d}",
                        zone="" if aisle else letter,
                        has_power=number % 3 == 0,
                    )
                )
    for column in range(14):
        booths.append(Booth(fair_id=fair.id, row=6, column=column, kind=BoothKind.AISLE))
        desk = column < 3 or column > 10
        booths.append(
            Booth(
                fair_id=fair.id,
                row=7,
                column=column,
                kind=BoothKind.BLOCKED if desk else BoothKind.AISLE,
                label=("服务台 · 急救" if column < 3 else "面试间 1–6") if desk else "",
            )
        )
    booths.append(
        Booth(fair_id=fair.id, row=14, column=6, kind=BoothKind.ENTRANCE, label="入口（南门）")
    )
    db.session.add_all(booths)
    db.session.flush()
    return [booth for booth in booths if booth.kind is BoothKind.BOOTH]
