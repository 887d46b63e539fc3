"""Papers of a fair, and ticks of its readiness list."""

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core import files
from app.core.transaction import transaction
from app.tours import queries, services
from app.tours.forms import DocumentForm
from app.tours.models import Fair
from app.tours.views.door import bp, fair_to_change, home_of, say
from app.web.access import requires, safe_next
from app.web.downloads import send_stored
from app.web.forms import answer, uploaded


def _seen(slug: str) -> Fair:
    return queries.get_fair_within(slug, current_user.scope_of(Permission.FAIR_EDIT))


@bp.route("/staff/fairs/<slug>/papers", methods=["GET", "POST"])
@requires(Permission.FAIR_EDIT)
def documents(slug: str) -> ResponseReturnValue:
    """Permit, plans, contracts: what is on file, and a form to add one."""
    fair = fair_to_change(slug, Permission.FAIR_EDIT)
    form = DocumentForm()
    if form.validate_on_submit():
        kept = _keep(form)
        if kept is not None:
            with transaction():
                services.add_document(
                    fair, form.kind.data, kept, note=form.note.data or "", by=current_user
                )
            say(_("%(name)s is on file", name=kept.name))
            return redirect(url_for(".documents", slug=slug), 303)
    listed = queries.list_documents(fair)
    return answer("tours/papers.html", form, fair=fair, documents=listed)


def _keep(form: DocumentForm) -> files.Kept | None:
    """Write the file before the transaction; what cannot be used is a mistake of the form."""
    data, name = uploaded(form.file) or (b"", "")
    limit = current_app.config["SETTINGS"].max_upload_mb * 1_000_000
    try:
        return files.keep(data, name, limit=limit)
    except files.FileRefused as error:
        error.field = "file"
        form.refuse(error)
        return None


@bp.get("/staff/fairs/<slug>/papers/<int:number>")
@requires(Permission.FAIR_EDIT)
def document(slug: str, number: int) -> ResponseReturnValue:
    """One paper, as a download."""
    return send_stored(queries.get_document(_seen(slug), number))


@bp.post("/staff/fairs/<slug>/papers/<int:number>/remove")
@requires(Permission.FAIR_EDIT)
def remove_document(slug: str, number: int) -> ResponseReturnValue:
    """Take a paper away, and its file with it."""
    fair = fair_to_change(slug, Permission.FAIR_EDIT)
    paper = queries.get_document(fair, number)
    with transaction():
        key = services.remove_document(paper, by=current_user)
    files.drop(key)
    say(_("Removed"))
    return redirect(url_for(".documents", slug=slug), 303)


@bp.post("/staff/fairs/<slug>/checks")
@requires(Permission.FAIR_EDIT)
def tick(slug: str) -> ResponseReturnValue:
    """Tick an item of the readiness list, or take the tick back."""
    fair = fair_to_change(slug, Permission.FAIR_EDIT)
    key = request.form.get("key", "")
    done = request.form.get("done", "yes") == "yes"
    with transaction():
        if done:
            services.tick(fair, key, by=current_user)
        else:
            services.untick(fair, key, by=current_user)
    undo = url_for(".tick", slug=slug)
    text = _("Ticked") if done else _("Not ticked any more")
    say(text, undo, key=key, done="no" if done else "yes", next=request.form.get("next", ""))
    return redirect(safe_next(request.form.get("next")) or home_of(fair), 303)
