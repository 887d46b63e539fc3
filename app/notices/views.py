"""The outbox, the inbox, and the demonstration's window on both."""

import re
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.core.errors import NotFound
from app.core.transaction import transaction
from app.notices import channels, queries, rendering, services
from app.notices.models import Notice
from app.notices.queries import OutboxFilter
from app.notices.states import Channel, NoticeStatus
from app.notices.templates import template_of
from app.web.access import public, requires, safe_next, signed_in
from app.web.forms import strip

bp = Blueprint("notices", __name__)

W = TypeVar("W", bound=StrEnum)
NOTICE_READ = "notice:read"
_URL = re.compile(r"https?://\S+")


@bp.get("/staff/outbox")
@requires(NOTICE_READ)
def outbox() -> ResponseReturnValue:
    """What went out, what waits, what failed."""
    wanted = OutboxFilter(
        status=_word(NoticeStatus, "status"),
        channel=_word(Channel, "channel"),
        template=strip(request.args.get("template", ""))[:80],
        fairs=_reach(),
    )
    page = queries.list_outbox(wanted, request.args.get("page", 1, type=int))
    counts = queries.count_outbox(wanted)
    states = [(word.value, gettext(word.label), counts.get(word, 0)) for word in NoticeStatus]
    ways = [(word.value, gettext(word.label)) for word in (Channel.MAIL, Channel.SMS)]
    return render_template(
        "notices/outbox.html",
        page=page,
        titles={notice.uid: title_of(notice) for notice in page.items},
        states=[("", gettext("All"), sum(counts.values())), *states],
        ways=ways,
        kinds=[(name, name) for name in queries.list_outbox_templates()],
    )


@bp.post("/staff/outbox/<uid>/retry")
@requires(NOTICE_READ)
def retry(uid: str) -> ResponseReturnValue:
    """Send a notice that was given up once more."""
    reach = _reach()
    with transaction():
        services.retry(queries.get_notice(uid, fairs=reach), by=current_user)
    flash(gettext("It will be sent again."), "success")
    return redirect(safe_next(request.form.get("next")) or url_for("notices.outbox"), 303)


@bp.get("/inbox")
@signed_in
def inbox() -> ResponseReturnValue:
    """What I was told."""
    page = queries.list_inbox(current_user.id, request.args.get("page", 1, type=int))
    letters = [(notice, rendering.read(notice)) for notice in page.items]
    return render_template("notices/inbox.html", page=page, letters=letters, first_url=first_url)


@bp.post("/inbox/read")
@signed_in
def mark_read() -> ResponseReturnValue:
    """I have seen it all."""
    with transaction():
        services.mark_read(current_user.id)
    if request.headers.get("HX-Request"):
        return "", 204
    return redirect(url_for("notices.inbox"), 303)


@bp.get("/demo/outbox")
@public
def demo_outbox() -> ResponseReturnValue:
    """Every mail and text message, codes included: only where nothing is real."""
    if not channels.ways().is_demo:
        raise NotFound()
    shown = [(notice, rendering.read(notice)) for notice in queries.list_newest()]
    template = "notices/_demo_list.html" if request.args.get("part") else "notices/demo.html"
    return render_template(template, shown=shown, code_of=code_of, first_url=first_url)


@bp.app_template_global()
def unread_notices() -> int:
    """How many notices the signed-in person has not seen; counted once a page."""
    if not current_user.is_authenticated:
        return 0
    kept = request.environ.get("xunpin.unread")
    if kept is None:
        kept = request.environ["xunpin.unread"] = queries.count_unread(current_user.id)
    return int(kept)


def title_of(notice: Notice) -> str:
    """What the outbox calls a notice: its subject, unless that may hold a secret."""
    listed = template_of(notice.template)
    if listed.title:
        return gettext(listed.title)
    letter = rendering.read(notice)
    return letter.subject if letter else notice.template


def code_of(notice: Notice) -> str:
    """The one-time code in a notice, if there is one and it has not been wiped."""
    return str((notice.payload or {}).get("code", ""))


def first_url(text: str) -> str:
    """The address in a text that somebody is to open."""
    found = _URL.search(text)
    return found.group() if found else ""


def _word(enum: type[W], name: str) -> W | None:
    given = request.args.get(name, "")
    return enum(given) if given in {member.value for member in enum} else None


def _reach() -> frozenset[int] | None:
    """The fairs whose notices this person may see; None is all of them."""
    scope = current_user.scope_of(NOTICE_READ)
    return None if scope.bureau else scope.fairs
