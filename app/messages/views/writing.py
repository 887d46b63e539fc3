"""Write, look at it as a recipient would, see how many, send."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from app.core.clock import utcnow
from app.core.errors import DomainError
from app.core.text import shorten
from app.core.transaction import transaction
from app.messages import queries, services
from app.messages.forms import MessageForm
from app.messages.models import OrganiserMessage
from app.messages.queries import Audience, Reach
from app.messages.states import AFTER_BEGIN, Segment
from app.messages.views.door import WRITE, Desk, bp, desk_of
from app.notices.services import offer_texts, sends_texts
from app.web.access import requires
from app.web.errors import sentence
from app.web.forms import answer
from app.web.i18n import is_english


@bp.route("/staff/fairs/<slug>/messages/new", methods=["GET", "POST"])
@requires(WRITE)
def write(slug: str) -> ResponseReturnValue:
    """The form; then the message as it will be read, with its count; then it goes."""
    desk = desk_of(slug)
    form = MessageForm(segment=_asked(), whole_stop="whole_stop" in request.args)
    desk.offer(form)
    step = request.form.get("step", "preview")
    if form.validate_on_submit() and step != "edit":
        sent = _send(desk, form) if step == "send" else None
        if sent is not None:
            return redirect(url_for("messages.message", slug=slug, uid=sent.uid), 303)
        shown = _preview(desk, form)
        if shown is not None:
            return answer("messages/preview.html", form, fair=desk.fair, **shown)
    return answer(
        "messages/write.html",
        form,
        fair=desk.fair,
        desk=desk,
        groups=_counted(desk, form),
        left_today=services.left_today(desk.fair),
        offers_texts=desk.with_students and sends_texts(services.HINT),
    )


def _asked() -> Segment | None:
    """The group that was chosen on another page."""
    given = request.args.get("segment", "")
    return Segment(given) if given in list(Segment) else None


def _counted(desk: Desk, form: MessageForm) -> list[Any]:
    """Every group with how many it is now: headings, and per group (segment, heads, is early)."""
    early = utcnow() < desk.fair.starts_at
    chosen = form.delegation.data
    delegation_id = int(chosen) if chosen and chosen.isdecimal() else None
    if not desk.is_whole and delegation_id not in desk.scope.delegations:
        delegation_id = None
    counted = []
    for heading, segments in desk.groups:
        lines = []
        for segment in segments:
            audience = Audience(segment, (desk.fair.id,), delegation_id)
            is_early = early and segment in AFTER_BEGIN
            visible = desk.is_whole or delegation_id is not None
            heads = queries.count_reach(audience).heads if visible and not is_early else None
            lines.append((segment, heads, is_early))
        counted.append((heading, lines))
    return counted


def _preview(desk: Desk, form: MessageForm) -> dict[str, Any] | None:
    """What the last page shows; None where the form has to be mended first."""
    outgoing = form.to_outgoing()
    try:
        desk.check(outgoing)
        services.check_words(outgoing.words)
        audience = services.audience_for(desk.fair, outgoing)
        sample = services.sample_of(desk.fair, outgoing, audience)
        if sample is None:
            raise services.NobodyThere(field="segment")
    except DomainError as error:
        form.refuse(error)
        return None
    reach = queries.count_reach(audience)
    texts = offer_texts(services.HINT, reach.texts, desk.fair.id)
    if texts is None or not texts.can_go:
        form.by_text.data = False
    form.renew(reach.key)
    return {
        "sample": sample,
        "reach": reach,
        "outgoing": outgoing,
        "audience": audience,
        "left_today": services.left_today(desk.fair),
        "unit": unit_of(outgoing.segment),
        "texts": texts,
        "hint_title": shorten(desk.fair.title_in("en" if is_english() else None)),
        "ways": _ways(reach, form),
    }


def _ways(reach: Reach, form: MessageForm) -> list[tuple[str, int]]:
    """How people are reached, and who is not: a line and its number each."""
    mails = reach.mails if form.by_mail.data else 0
    texts = reach.texts if form.by_text.data else 0
    return [
        (gettext("In the inbox and by mail"), mails),
        (gettext("In the inbox and by text message"), texts),
        (gettext("In the inbox only"), reach.people - mails - texts),
        (gettext("Want no messages of organisers"), reach.declined),
    ]


def unit_of(segment: Segment) -> str:
    """What heads of a segment are."""
    return "employers" if segment.is_of_employers else "students"


def _send(desk: Desk, form: MessageForm) -> OrganiserMessage | None:
    """Send what was confirmed; None where it has to be looked at once more."""
    outgoing = form.to_outgoing()
    try:
        desk.check(outgoing)
        with transaction():
            sent = services.send_message(
                desk.fair,
                outgoing,
                key=form.key.data or "",
                seen=form.seen.data or "",
                by=current_user,
            )
    except services.DayIsFull as error:
        flash(sentence(error), "error")
        return None
    except DomainError as error:
        form.refuse(error)
        return None
    text = ngettext("It goes to %(num)s person.", "It goes to %(num)s people.", sent.people)
    if sent.texts:
        text = gettext(
            "It is on its way. People: %(people)s, text messages: %(texts)s.",
            people=sent.people,
            texts=sent.texts,
        )
    flash(text, "success")
    return sent
