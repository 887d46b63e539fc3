"""Imports: upload, look, apply, take back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.errors import DomainError, Forbidden
from app.core.text import N_
from app.core.transaction import end_reading, transaction
from app.imports import queries, services
from app.imports.exports import letters_of, told
from app.imports.forms import ApplyForm, UploadForm
from app.imports.models import ImportBatch
from app.imports.readers import MOST_BYTES, Unreadable
from app.imports.reasons import REASONS
from app.imports.states import VERDICTS, ImportKind, ImportStatus, RowAction, RowVerdict
from app.imports.views.door import (
    SMALL_FILE,
    bp,
    cell_of,
    check_now,
    find_batch,
    judge_again,
    label_of,
)
from app.jobs.queue import URGENT, enqueue
from app.web.access import requires
from app.web.forms import answer, uploaded


@bp.route("/staff/import", methods=["GET", "POST"])
@requires(Permission.IMPORT_RUN)
def batches() -> ResponseReturnValue:
    """What was imported so far, and a form to look at a new file."""
    form = UploadForm(scope=current_user.scope_of(Permission.IMPORT_RUN))
    if form.validate_on_submit():
        uid = _receive(form)
        if uid is not None:
            return redirect(url_for(".batch", uid=uid), 303)
    page = queries.page_batches(current_user, request.args.get("page", 1, int))
    return answer("imports/batches.html", form, page=page)


def _receive(form: UploadForm) -> str | None:
    """Take a file in outside the transaction; its uid, or None with errors in the form."""
    data, name = uploaded(form.file) or (b"", "")
    form.file.data.close()
    end_reading()
    try:
        if not data:
            raise Unreadable(N_("The file is empty."))
        if len(data) > MOST_BYTES:
            limit = MOST_BYTES // 1_000_000
            raise Unreadable(N_("The file is larger than %(limit)s MB."), limit=limit)
        if form.kind.data is ImportKind.SCHOOLS:
            return _receive_schools(data, name)
        return _receive_rows(form, data, name)
    except DomainError as error:
        error.field = error.field if error.field in form else "file"
        form.refuse(error)
        return None


def _receive_schools(data: bytes, name: str) -> str:
    if not current_user.scope_of(Permission.IMPORT_RUN).bureau:
        raise Forbidden(field="kind")
    read = services.read_file(ImportKind.SCHOOLS, data, name)
    with transaction():
        return services.keep_checked(read, by=current_user).uid


def _receive_rows(form: UploadForm, data: bytes, name: str) -> str:
    """Keep a file sealed, and have it checked: at once if it is small."""
    key = services.seal_file(data)
    with transaction():
        batch = services.receive(
            form.kind.data,
            key=key,
            data=data,
            name=name,
            by=current_user,
            sender=form.sender.data or "",
            delegation=form.chosen_delegation(),
            fair=form.chosen_fair(),
        )
        if len(data) > SMALL_FILE:
            enqueue("imports.check", priority=URGENT, uid=batch.uid)
    if len(data) <= SMALL_FILE:
        check_now(batch)
    return batch.uid


@bp.get("/staff/import/<uid>")
@requires(Permission.IMPORT_RUN)
def batch(uid: str) -> ResponseReturnValue:
    """What a file would do, or did: counts, problems, rows."""
    return _batch_page(find_batch(uid), ApplyForm())


def _batch_page(batch: ImportBatch, form: ApplyForm) -> ResponseReturnValue:
    if batch.has_actions:
        return _rows_page(batch, form)
    chosen = request.args.get("verdict", "")
    verdict = RowVerdict(chosen) if chosen in set(RowVerdict) else None
    page = queries.page_rows(batch, verdict, request.args.get("page", 1, int))
    return answer(
        "imports/batch.html",
        form,
        batch=batch,
        page=page,
        counts=queries.count_by_verdict(batch),
        verdicts=RowVerdict,
        problems=[services.read_remark(text) for text in batch.problems],
        read_remark=services.read_remark,
        earlier=queries.find_same_file(batch),
        latest=queries.find_latest_applied(batch.kind),
    )


def _rows_page(batch: ImportBatch, form: ApplyForm) -> ResponseReturnValue:
    """A file whose rows have verdicts and actions."""
    verdict, reason = request.args.get("verdict", ""), request.args.get("reason", "")
    action = request.args.get("action", "")
    page = queries.page_rows(
        batch,
        RowVerdict(verdict) if verdict in set(VERDICTS) else None,
        request.args.get("page", 1, int),
        reason=reason if reason in REASONS else "",
        action=RowAction(action) if action in set(RowAction) else None,
    )
    waits = batch.wanted_at is not None and batch.status is ImportStatus.CHECKED
    return answer(
        "imports/rows.html",
        form,
        batch=batch,
        page=page,
        verdicts=VERDICTS,
        actions=(RowAction.NEW, RowAction.CHANGED, RowAction.SAME),
        reasons=REASONS,
        plans=services.plans_of(batch),
        confirmed=services.is_confirmed(batch),
        failure=services.read_remark(batch.failure) if batch.failure else None,
        earlier=queries.find_same_file(batch),
        open_until=services.open_until(utcnow()) if waits else None,
        may_insist=current_user.can(Permission.CHECKIN_OVERRIDE),
        read_found=services.read_found,
        told=told,
        cell_of=cell_of,
        label_of=label_of,
        letters_of=letters_of,
        progress=_progress(batch),
    )


def _progress(batch: ImportBatch) -> dict[str, int]:
    """Rows a second so far, and the seconds left."""
    if not batch.began_at or not batch.checked_at or not batch.done:
        return {}
    took = (batch.checked_at - batch.began_at).total_seconds()
    rate = batch.done / max(took, 0.001)
    return {"rate": round(rate), "left": round((batch.total - batch.done) / rate)}


@bp.get("/staff/import/<uid>/progress")
@requires(Permission.IMPORT_RUN)
def progress(uid: str) -> ResponseReturnValue:
    """How far a file is, asked every two seconds; the page goes on without it."""
    batch = find_batch(uid)
    waits = batch.wanted_at is not None and batch.status is ImportStatus.CHECKED
    return render_template(
        "imports/_progress.html",
        batch=batch,
        progress=_progress(batch),
        open_until=services.open_until(utcnow()) if waits else None,
    )


@bp.post("/staff/import/<uid>/apply")
@requires(Permission.IMPORT_RUN)
def apply(uid: str) -> ResponseReturnValue:
    """Do what the file says, all of it at once."""
    batch = find_batch(uid)
    form = ApplyForm()
    form.validate_on_submit()
    if batch.has_actions and services.takes_long(batch):
        return _ask_to_apply(batch, insist=bool(form.insist.data))
    drafts = services.prepare(batch)
    try:
        with transaction():
            services.apply_batch(
                batch, drafts, by=current_user, despite_problems=form.despite_problems.data
            )
    except services.HasProblems as error:
        error.field = "despite_problems"
        form.refuse(error)
        return _batch_page(batch, form)
    _say(_("Imported"), undo=url_for(".undo", uid=uid))
    return redirect(url_for(".batch", uid=uid), 303)


def _ask_to_apply(batch: ImportBatch, *, insist: bool) -> ResponseReturnValue:
    """Many rows are the worker's: ask for it, and go on with something else."""
    insist = insist and current_user.can(Permission.CHECKIN_OVERRIDE)
    with transaction():
        if not services.is_confirmed(batch):
            raise services.Unconfirmed()
        services.want_apply(batch, by=current_user, insist=insist)
        enqueue("imports.apply", priority=URGENT, uid=batch.uid)
    return redirect(url_for(".batch", uid=batch.uid), 303)


@bp.post("/staff/import/<uid>/wait-no-longer")
@requires(Permission.IMPORT_RUN)
def wait_no_longer(uid: str) -> ResponseReturnValue:
    """Ask no longer for an import that waits."""
    batch = find_batch(uid)
    with transaction():
        services.take_back_wish(batch)
    return redirect(url_for(".batch", uid=uid), 303)


@bp.post("/staff/import/<uid>/check")
@requires(Permission.IMPORT_RUN)
def check_again(uid: str) -> ResponseReturnValue:
    """Judge every row again, against what is here now."""
    batch = find_batch(uid)
    with transaction():
        services.check_again(batch)
    judge_again(batch)
    return redirect(url_for(".batch", uid=uid), 303)


@bp.post("/staff/import/<uid>/refuse")
@requires(Permission.IMPORT_RUN)
def refuse(uid: str) -> ResponseReturnValue:
    """Put a file aside without applying it."""
    batch = find_batch(uid)
    with transaction():
        services.refuse_batch(batch, by=current_user)
    flash(_("Put aside. Nothing was changed."), "success")
    return redirect(url_for(".batches"), 303)


@bp.post("/staff/import/<uid>/undo")
@requires(Permission.IMPORT_RUN)
def undo(uid: str) -> ResponseReturnValue:
    """Take an applied import back."""
    batch = find_batch(uid)
    with transaction():
        services.undo_batch(batch, by=current_user)
    flash(_("Undone"), "success")
    return redirect(url_for(".batch", uid=uid), 303)


def _say(text: str, undo: str) -> None:
    """A toast with the way back."""
    message: object = {"text": text, "undo": undo}
    flash(message, "success")  # type: ignore[arg-type]
