"""What opens a door is written into no log."""

import logging

from sqlalchemy import select

from app.accounts.permissions import Role
from app.accounts.services import Grant, hash_password, invite_staff
from app.core.db import db
from app.notices import tasks
from app.notices.models import Notice
from tests.factories import make_staff

PASSWORD = "three plain words"


def test_no_code_password_or_link_is_logged(app, client, caplog):
    caplog.set_level(logging.DEBUG)
    user = make_staff(Role.PLANNER, password_hash=hash_password(PASSWORD))
    client.post("/login", data={"phone": "13800000001"})
    client.post("/login/code", data={"code": "000000"})
    client.post("/login/password", data={"email": user.email, "password": "a wrong password"})
    client.post("/login/password", data={"email": user.email, "password": PASSWORD})
    client.post("/logout")
    client.post("/password/forgot", data={"email": user.email})
    invite_staff("new@example.org", Grant(Role.PLANNER), by=user, locale="en")
    db.session.commit()
    notices = db.session.scalars(select(Notice)).all()
    secrets = [str(value) for notice in notices for value in (notice.payload or {}).values()]
    for notice in notices:
        tasks.send(notice.uid)
    issued = [value for value in secrets if len(value) >= 6 and value != user.label]
    assert len(issued) == 3
    for secret in (*issued, PASSWORD, "a wrong password", "13800000001"):
        assert secret not in caplog.text
