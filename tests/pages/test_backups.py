"""A backup is only one when it has been restored into an empty place."""

import pytest
from sqlalchemy import text

from app.core.db import db
from app.factory import create_app
from app.places.models import Delegation
from tests.databases import empty_database, make_settings

pytestmark = pytest.mark.own_database


def fresh_app(folder, name):
    folder.mkdir()
    url = empty_database(name)
    return create_app(make_settings(folder, url))


def test_a_backup_restores_into_an_empty_place(tmp_path):
    old = fresh_app(tmp_path / "old", "old")
    runner = old.test_cli_runner()
    with old.app_context():
        db.create_all()
        db.session.add(Delegation(code="yq", name_zh="乐清分团"))
        db.session.commit()
    (tmp_path / "old" / "files" / "ab").mkdir(parents=True)
    (tmp_path / "old" / "files" / "ab" / "abcd.pdf").write_bytes(b"%PDF-1")
    made = runner.invoke(args=["ops", "backup", str(tmp_path / "copy.tar")])
    assert made.exit_code == 0, made.output

    new = fresh_app(tmp_path / "new", "new")
    restored = new.test_cli_runner().invoke(
        args=["ops", "restore", "--yes", str(tmp_path / "copy.tar")]
    )
    assert restored.exit_code == 0, restored.output
    with new.app_context():
        assert db.session.scalar(text("SELECT name_zh FROM delegation")) == "乐清分团"
        assert db.session.scalar(text("SELECT count(*) FROM epoch")) == 1
        db.session.remove()
        db.engine.dispose()
    assert (tmp_path / "new" / "files" / "ab" / "abcd.pdf").read_bytes() == b"%PDF-1"
    with old.app_context():
        db.engine.dispose()


def test_a_file_that_is_no_backup_touches_nothing(tmp_path):
    app = fresh_app(tmp_path / "site", "site")
    with app.app_context():
        db.create_all()
        db.session.add(Delegation(code="yq", name_zh="乐清分团"))
        db.session.commit()
    (tmp_path / "holiday.tar").write_bytes(b"not a tar file")
    done = app.test_cli_runner().invoke(
        args=["ops", "restore", "--yes", str(tmp_path / "holiday.tar")]
    )
    assert done.exit_code == 1
    assert "not a backup" in done.output
    with app.app_context():
        assert db.session.scalar(text("SELECT count(*) FROM delegation")) == 1
        db.session.remove()
        db.engine.dispose()
