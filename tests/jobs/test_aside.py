"""Files that a child writes, so that no gate waits for them."""

import json
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from flask_babel import force_locale

from app.core.db import db
from app.core.errors import Unavailable
from app.jobs import aside
from app.registrations import exports
from app.tours.models import Fair
from config import Settings
from tests.databases import make_settings
from tests.factories import make_fair, make_student
from tests.intents.scene import make_registration

own_database = pytest.mark.own_database


@own_database
@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_a_child_writes_the_same_table(live_app, monkeypatch, locale):
    with live_app.app_context(), force_locale(locale):
        fair = make_fair()
        for name in ("皇甫静怡", "=1+1", "王芳"):
            make_registration(make_student(name=name), fair)
        db.session.commit()
        fair = db.session.get(Fair, fair.id)
        direct = exports.make_table(fair, 3, csv=True)
        assert "皇甫静怡" in direct.decode("utf-8-sig")
        monkeypatch.setattr(exports, "MANY", 2)
        started = []
        run = subprocess.run
        monkeypatch.setattr(
            subprocess, "run", lambda *args, **given: started.append(args) or run(*args, **given)
        )
        assert exports.make_table(fair, 3, csv=True) == direct
        assert len(started) == 1


def test_a_second_table_is_told_to_come_again(app):
    with app.app_context(), aside._at_work:
        with pytest.raises(Unavailable) as refused:
            aside.make_file("registrations.table")
        assert refused.value.retry_after == 10


def test_a_child_that_takes_too_long_is_ended_and_the_next_may_come(app, monkeypatch):
    def run(command, **given):
        raise subprocess.TimeoutExpired(command, given["timeout"])

    monkeypatch.setattr(subprocess, "run", run)
    with app.app_context():
        for _ in range(2):
            with pytest.raises(Unavailable, match="too long"):
                aside.make_file("registrations.table")


def test_a_child_that_breaks_is_our_fault_and_the_next_may_come(app, monkeypatch):
    monkeypatch.setattr(aside.sys, "executable", "/bin/false")
    with app.app_context():
        for _ in range(2):
            with pytest.raises(subprocess.CalledProcessError):
                aside.make_file("registrations.table")


def test_settings_come_back_from_the_environment_they_are_given_to():
    given = make_settings(Path("here"), "sqlite:////there/x.sqlite3", sms_templates={"code": "S_1"})
    full = replace(given, trusted_hosts=("a.example", "b.example"), smtp_tls=True, proxy_hops=2)
    assert Settings.from_env(full.to_env()) == full
    usual = make_settings(Path("here"))
    assert Settings.from_env(usual.to_env()) == usual
    assert len(full.to_env()) == len(fields(Settings))


def test_no_secret_stands_on_the_command_line(app, monkeypatch):
    seen = {}

    def run(command, **given):
        seen.update(given, command=command)
        Path(command[-1]).write_bytes(b"done")

    monkeypatch.setattr(subprocess, "run", run)
    with app.app_context():
        assert aside.make_file("registrations.table", slug="x") == b"done"
        secret = app.config["SETTINGS"].secret_key
    assert secret not in " ".join(seen["command"])
    assert seen["env"]["XUNPIN_SECRET_KEY"] == secret
    assert json.loads(seen["input"]) == {"slug": "x"}
    assert seen["command"][0] == sys.executable
