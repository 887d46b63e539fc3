"""From a fair to what its pages say, in the language of whoever asked."""

from flask import current_app
from flask_babel import gettext

from app.accounts.permissions import Role
from app.accounts.queries import list_users_with_role
from app.participations import queries
from app.participations.prints.content import (
    Content,
    Person,
    employer_sheet,
    read_event,
    read_stall,
    student_sheet,
)
from app.participations.states import Bundle
from app.tours.models import Fair
from app.web.i18n import is_english
from app.web.links import external_url

# Who of the organiser wears a badge in the hall; of several roles the first is printed.
AT_THE_DOOR = (Role.SUPERVISOR, Role.HELP_DESK, Role.GATE_STAFF)


def read_content(fair: Fair, bundle: Bundle) -> Content:
    """Everything a bundle needs, read in a constant number of statements."""
    host = _host()
    event = read_event(fair, host)
    if bundle is Bundle.STUDENT_SHEET:
        return Content(event, sheet=student_sheet(fair))
    plan = queries.plan_of(fair)
    if bundle is Bundle.PLAN:
        return Content(event, plan=plan)
    # Where the booth pages are not installed there is nothing a code could lead to.
    has_pages = "intents.booth" in current_app.view_functions
    stalls = tuple(
        read_stall(
            one,
            plan,
            external_url("intents.booth", code=one.public_code) if has_pages else "",
        )
        for one in queries.list_to_print(fair)
    )
    if bundle is Bundle.EMPLOYER_SHEET:
        return Content(event, stalls, sheet=employer_sheet(stalls))
    staff = _staff(fair, host) if bundle is Bundle.BADGES else ()
    return Content(event, stalls, staff, plan)


def _host() -> str:
    settings = current_app.config["SETTINGS"]
    return str(settings.bureau_name_en if is_english() else settings.bureau_name_zh)


def _staff(fair: Fair, host: str) -> tuple[Person, ...]:
    people: dict[int, Person] = {}
    for role in AT_THE_DOOR:
        for user in list_users_with_role(role, fair.id):
            label = gettext(role.label)
            people.setdefault(
                user.id, Person(user.label, label, host, gettext("Staff"), is_staff=True)
            )
    return tuple(people.values())
