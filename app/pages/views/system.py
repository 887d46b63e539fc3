"""Health, for machines and for people."""

from pathlib import Path

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.pages.queries import database_answers, list_findings
from app.pages.views.blueprint import bp
from app.web.access import public, requires


@bp.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """Whether the database answers (else 503), and how many warnings there are."""
    try:
        database_answers()
    except Exception:
        current_app.logger.exception("the database does not answer")
        return {"status": "down", "database": "down"}, 503
    findings = list_findings(Path(current_app.config["FILES_DIR"]).parent)
    warnings = [finding.key for finding in findings if not finding.is_well]
    return {"status": "ok", "database": "ok", "warnings": warnings}


@bp.get("/staff/health")
@requires(Permission.SETTING_EDIT)
def health_page() -> ResponseReturnValue:
    """The same for an administrator, in words."""
    findings = list_findings(Path(current_app.config["FILES_DIR"]).parent)
    return render_template("pages/health.html", findings=findings)
