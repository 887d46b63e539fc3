"""The rows a browser test begins with, committed in the site's own database."""

import re
from itertools import count

from app.accounts.models import StaffRole
from app.accounts.permissions import Role, ScopeKind
from app.accounts.services import hash_password
from app.core.db import db
from app.places.services import index_school
from tests import factories as make

PASSWORD = "a long enough password"
_phone = count(1)


def new_phone():
    """A number nobody in the site has."""
    return f"137{next(_phone):08d}"


def make_running_fair():
    """A fair whose doors are open, with a gate, a hall, two employers and their people."""
    school = make.make_school(name="江城理工大学", city="武汉")
    index_school(school)
    tour = make.make_tour(title_zh="温州引才专列", title_en="Wenzhou talent train")
    stop = make.make_stop(tour=tour)
    venue = make.make_venue(name_zh="南湖校区体育馆", name_en="South Lake gymnasium")
    fair = make.make_fair(
        tour=tour,
        stop=stop,
        venue=venue,
        title_zh="江城理工大学双选会",
        title_en="Jiangcheng university fair",
        permitted_number=1200,
        host_school=school,
    )
    gate = make.make_gate(fair=fair, name="南门 1 号口")
    employer = make.make_employer(name=f"瓯屿{fair.id}智造装备有限公司", short_name="瓯屿智造")
    owner = make.make_recruiter(employer, name="周敏", password_hash=hash_password(PASSWORD))
    position = make.make_position(employer=employer, title="机械设计工程师", place="乐清")
    booth = make.make_booth(fair=fair, code=f"A{fair.id:02d}", row=0, column=0)
    participation = make.make_participation(
        fair=fair, employer=employer, positions=[position], booth=booth
    )
    gate_staff = make.make_user(Role.STAFF, name="何勇")
    gate_staff.staff_roles.append(
        StaffRole(role=Role.SUPERVISOR, scope_kind=ScopeKind.FAIR, scope_id=fair.id)
    )
    db.session.commit()
    return {
        "fair": fair.slug,
        "gate": gate.code,
        "gate_id": gate.id,
        "booth": participation.public_code,
        "owner": owner,
        "owner_email": owner.email,
        "supervisor": gate_staff,
        "participation_id": participation.id,
    }


def make_planner():
    """A planner with a password."""
    user = make.make_staff(Role.PLANNER, name="郑可", password_hash=hash_password(PASSWORD))
    return user


def newest_code(visitor):
    """The one-time code in the demo's outbox that was sent last."""
    page = visitor.context.new_page()
    page.goto("/demo/outbox")
    text = page.inner_text("main")
    page.close()
    return re.search(r"\b(\d{6})\b", text).group(1)
