"""Putting the house together. The only module that may see every room."""

import mimetypes
from pathlib import Path
from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app.accounts import cli as accounts_cli
from app.accounts import services as accounts_services
from app.accounts import sessions as accounts_sessions
from app.accounts import views as accounts_views
from app.accounts.permissions import ScopeKind
from app.audit import models as audit_models
from app.audit import services as audit_services
from app.audit import views as audit_views
from app.checkins import api as checkins_api
from app.checkins import cli as checkins_cli
from app.checkins import models as checkins_models
from app.checkins import queries as checkins_queries
from app.checkins import views as checkins_views
from app.core import crypto, files, fonts
from app.core.db import OUTAGES, db, outage_of
from app.demo import cli as demo_cli
from app.employers import queries as employers_queries
from app.employers import views as employers_views
from app.imports import cli as imports_cli
from app.imports import models as imports_models
from app.imports import tasks as imports_tasks
from app.imports import views as imports_views
from app.intents import api as intents_api
from app.intents import models as intents_models
from app.intents import services as intents_services
from app.intents import tasks as intents_tasks
from app.intents import views as intents_views
from app.jobs import cli as jobs_cli
from app.jobs import errands as jobs_errands
from app.jobs import queue
from app.messages import models as messages_models
from app.messages import queries as messages_queries
from app.messages import services as messages_services
from app.messages import tasks as messages_tasks
from app.messages import views as messages_views
from app.notices import channels as notices_channels
from app.notices import models as notices_models
from app.notices import services as notices_services
from app.notices import tasks as notices_tasks
from app.notices import views as notices_views
from app.pages import cli as pages_cli
from app.pages import views as pages_views
from app.pages.navigation import staff_nav
from app.pages.reasons import say_why
from app.participations import cli as participations_cli
from app.participations import prints as participations_prints
from app.participations import queries as participations_queries
from app.participations import services as participations_services
from app.participations import tasks as participations_tasks
from app.participations import views as participations_views
from app.places import cli as places_cli
from app.places import queries as places_queries
from app.places import views as places_views
from app.privacy import services as privacy_services
from app.privacy import tasks as privacy_tasks
from app.privacy import views as privacy_views
from app.questions import services as questions_services
from app.questions import views as questions_views
from app.registrations import cli as registrations_cli
from app.registrations import queries as registrations_queries
from app.registrations import tasks as registrations_tasks
from app.registrations import views as registrations_views
from app.reports import cli as reports_cli
from app.reports import models as reports_models
from app.reports import views as reports_views
from app.students import views as students_views
from app.surveys import queries as surveys_queries
from app.surveys import tasks as surveys_tasks
from app.surveys import views as surveys_views
from app.tours import queries as tours_queries
from app.tours import services as tours_services
from app.tours import views as tours_views
from app.web import access, assets, errors, formatting, headers, i18n, limits, templating
from app.web.icons import icon
from app.web.lean import LeanFlask
from config import Settings

BLUEPRINTS = (
    jobs_cli.bp,
    accounts_cli.bp,
    checkins_cli.bp,
    imports_cli.bp,
    pages_cli.bp,
    participations_cli.bp,
    places_cli.bp,
    registrations_cli.bp,
    reports_cli.bp,
    demo_cli.bp,
    accounts_views.bp,
    audit_views.bp,
    notices_views.bp,
    places_views.bp,
    tours_views.bp,
    employers_views.bp,
    students_views.bp,
    questions_views.bp,
    participations_views.bp,
    registrations_views.bp,
    checkins_views.bp,
    checkins_api.bp,
    intents_views.bp,
    messages_views.bp,
    intents_api.bp,
    imports_views.bp,
    surveys_views.bp,
    reports_views.bp,
    privacy_views.bp,
    pages_views.bp,
)

# Rooms whose tables must be known even before a page of theirs is.
TABLES = (
    jobs_errands,
    audit_models,
    notices_models,
    checkins_models,
    imports_models,
    intents_models,
    messages_models,
    reports_models,
)

# Rooms whose jobs the worker must know.
TASKS = (
    imports_tasks,
    intents_tasks,
    messages_tasks,
    notices_tasks,
    participations_tasks,
    privacy_tasks,
    registrations_tasks,
    surveys_tasks,
)

csrf = CSRFProtect()
login = LoginManager()


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from settings, or from the environment."""
    settings = settings or Settings.from_env()
    app = LeanFlask("app", template_folder="../templates")
    app.config.from_mapping(settings.for_flask())
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    crypto.configure(settings.secret_key, settings.secret_key_fallbacks, settings.ticket_keys)
    files.configure(settings.data_dir / "files")
    fonts.configure(settings.font, settings.font_bold)
    db.init_app(app)
    Migrate(app, db, directory=str(Path(app.root_path).parent / "migrations"))
    csrf.init_app(app)
    Bootstrap5(app)
    i18n.init_app(app)
    login.init_app(app)
    login.user_loader(accounts_sessions.load_user)
    queue.init_app(app, url=settings.queue_url, folder=settings.data_dir)
    limits.init_app(app, enabled=not settings.testing)
    intents_services.configure(
        bureau_code=settings.bureau_code, proposal_days=settings.proposal_days
    )
    ways = _ways_out(settings)
    notices_services.configure(
        sms_per_day=settings.sms_daily_budget,
        sms_per_fair=settings.sms_fair_budget,
        sms_templates=ways.texts,
    )
    notices_channels.init_app(app, ways)
    messages_services.configure(per_day=settings.messages_per_day)
    privacy_services.configure(retention_months=settings.retention_months)
    _connect_rooms()
    access.init_app(app, device_authenticator=checkins_api.authenticate_device)
    errors.init_app(app, outages=OUTAGES, outage_of=outage_of)
    headers.init_app(app, https=settings.is_https)
    assets.init_app(app)
    formatting.init_app(app)
    templating.init_app(
        app, icon=icon, staff_nav=staff_nav, say_why=say_why, **_shared_names(settings)
    )
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    csrf.exempt(checkins_api.bp)
    csrf.exempt(intents_api.bp)
    return _with_server(app, settings)


def _connect_rooms() -> None:
    """Tell lower rooms the names of what lives above them."""
    employers_queries.know_past(participations_queries.list_past_of)
    tours_services.listen_to_fairs(participations_services.refresh_fair)
    registrations_queries.know_attendance(checkins_queries.find_attendance)
    questions_services.know_answers(registrations_queries.answered_of, surveys_queries.answered_of)
    notices_services.know_promises(
        messages_queries.count_promised_texts, surveys_queries.count_promised_texts
    )
    participations_prints.know_students(registrations_queries.list_for_paper)

    def delegations() -> list[tuple[int, str]]:
        rows = places_queries.list_delegations()
        return [(row.id, i18n.bilingual(row, "name")) for row in rows]

    def fairs() -> list[tuple[int, str]]:
        rows = reversed(tours_queries.list_fairs())
        return [
            (row.id, f"{formatting.fmt_date(row.starts_at)} {i18n.bilingual(row, 'title')}")
            for row in rows
        ]

    accounts_services.SCOPE_CHOICES[ScopeKind.DELEGATION] = delegations
    accounts_services.SCOPE_CHOICES[ScopeKind.FAIR] = fairs
    audit_services.configure(fairs)


def _ways_out(settings: Settings) -> notices_channels.Ways:
    """How mails and text messages leave this installation."""
    return notices_channels.Ways(
        folder=settings.data_dir,
        in_clear=settings.demo or settings.environment == "development",
        is_demo=settings.demo,
        mail=settings.mail_channel,
        mail_sender=settings.mail_sender,
        smtp_host=settings.smtp_host,
        smtp_port=settings.smtp_port,
        smtp_user=settings.smtp_user,
        smtp_password=settings.smtp_password,
        smtp_tls=settings.smtp_tls,
        sms=settings.sms_channel,
        sms_url=settings.sms_url,
        sms_key_id=settings.sms_key_id,
        sms_key=settings.sms_key,
        sms_sign_name=settings.sms_sign_name,
        sms_templates=settings.sms_templates,
    )


def _shared_names(settings: Settings) -> dict[str, Any]:
    """Facts of this installation that every page may show."""

    def bureau_name() -> str:
        return settings.bureau_name_en if i18n.is_english() else settings.bureau_name_zh

    return {"bureau_name": bureau_name, "is_demo": settings.demo}


def _with_server(app: Flask, settings: Settings) -> Flask:
    """Trusted proxies, and static files with a content hash in their address."""
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("application/wasm", ".wasm")
    return app
