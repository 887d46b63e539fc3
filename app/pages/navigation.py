"""The organiser's side bar."""

from flask import url_for
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.text import N_
from app.web.templating import url_if

Item = tuple[str, str, str, str, Permission]

GROUPS: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "",
        (
            ("home", "inbox", N_("To do"), "pages.staff_home", Permission.STAFF_HOME),
            ("tours", "signpost-split", N_("Tours"), "tours.tours", Permission.FAIR_READ),
            ("fairs", "calendar-event", N_("Fairs"), "tours.fairs", Permission.FAIR_READ),
            (
                "employers",
                "building",
                N_("Employers"),
                "employers.staff_list",
                Permission.EMPLOYER_READ,
            ),
            ("venues", "geo-alt", N_("Venues"), "places.venues", Permission.FAIR_EDIT),
        ),
    ),
    (
        N_("Figures"),
        (
            ("report", "bar-chart", N_("Yearly report"), "reports.report", Permission.REPORT_READ),
            ("targets", "bullseye", N_("Targets"), "reports.targets", Permission.TARGET_EDIT),
        ),
    ),
    (
        N_("Administration"),
        (
            ("people", "people", N_("Staff"), "accounts.staff_list", Permission.STAFF_MANAGE),
            (
                "delegations",
                "diagram-3",
                N_("Delegations"),
                "places.delegations",
                Permission.SETTING_EDIT,
            ),
            ("import", "upload", N_("Import"), "imports.batches", Permission.IMPORT_RUN),
            ("outbox", "envelope", N_("Outbox"), "notices.outbox", Permission.NOTICE_READ),
            ("log", "clock-history", N_("Activity log"), "audit.log", Permission.AUDIT_READ),
            ("health", "heart-pulse", N_("Health"), "pages.health_page", Permission.SETTING_EDIT),
        ),
    ),
)


def staff_nav() -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """The groups of the side bar this person may use: (heading, [(key, icon, label, address)])."""
    groups = []
    for heading, items in GROUPS:
        shown = [
            (key, icon, gettext(label), url_for(endpoint))
            for key, icon, label, endpoint, permission in items
            if current_user.can(permission) and url_if(endpoint)
        ]
        if shown:
            groups.append((gettext(heading) if heading else "", shown))
    return groups
