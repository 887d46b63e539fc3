"""Accounts: who logs in, by what, and with which roles."""

from datetime import datetime
from typing import Any

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.permissions import EMPLOYER_ROLES, GRANTS, Permission, Role, Scope, ScopeKind
from app.accounts.states import CodePurpose, LinkKind
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.crypto import Encrypted
from app.core.db import Model


class User(UserMixin, Model):
    """Somebody who can log in.

    Staff and employers have an e-mail and a password, students a phone and one-time
    codes. ``role`` is the base role: STAFF for the organiser's people, whose real roles
    are ``staff_roles`` rows with a scope. ``session_version`` is raised to end all
    sessions. The phone is sealed; ``phone_hash`` finds it. Since ``messages_off_at`` they want
    no messages that organisers write to many; what concerns their own fairs goes on.
    """

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    role: Mapped[Role]
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None] = mapped_column(unique=True)
    email_verified_at: Mapped[datetime | None]
    phone: Mapped[str | None] = mapped_column(Encrypted("phone"))
    phone_hash: Mapped[str | None] = mapped_column(unique=True)
    phone_last4: Mapped[str | None]
    phone_verified_at: Mapped[datetime | None]
    password_hash: Mapped[str | None]
    totp_secret: Mapped[str | None] = mapped_column(Encrypted("totp"))
    totp_enabled_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    recovery_hashes: Mapped[list[str]] = mapped_column(default=list)
    locale: Mapped[str | None]
    theme: Mapped[str | None]
    messages_off_at: Mapped[datetime | None]
    session_version: Mapped[int] = mapped_column(default=1)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    staff_roles: Mapped[list["StaffRole"]] = relationship(
        back_populates="user",
        foreign_keys="StaffRole.user_id",
        lazy="selectin",
        cascade="all, delete-orphan",
    )

    @property
    def is_active(self) -> bool:
        """Whether this account may be used."""
        return self.disabled_at is None

    def get_id(self) -> str:
        """What the session holds: a session of an older version is not answered."""
        return f"{self.uid}:{self.session_version}"

    @property
    def is_staff(self) -> bool:
        """Whether this is one of the organiser's people."""
        return self.role is Role.STAFF

    @property
    def is_employer(self) -> bool:
        """Whether this person comes for a company."""
        return self.role in EMPLOYER_ROLES

    @property
    def is_student(self) -> bool:
        """Whether this is a student."""
        return self.role is Role.STUDENT

    @property
    def text_phone(self) -> str | None:
        """Where text messages about fairs go: students give their number for them, others not."""
        return self.phone if self.is_student else None

    @property
    def label(self) -> str:
        """How the log and the pages call this person."""
        return self.name or self.email or (self.phone_last4 and f"****{self.phone_last4}") or "–"

    def can(self, permission: Permission | str) -> bool:
        """Whether any of this person's roles grants a permission, in whatever scope."""
        if permission in GRANTS[self.role]:
            return True
        return any(permission in GRANTS[held.role] for held in self.staff_roles)

    def scope_of(self, permission: Permission | str) -> Scope:
        """How far this person's permission reaches; empty if they do not hold it."""
        held = [row for row in self.staff_roles if permission in GRANTS[row.role]]
        return Scope(
            bureau=any(row.scope_kind is ScopeKind.BUREAU for row in held),
            delegations=frozenset(
                row.scope_id for row in held if row.scope_kind is ScopeKind.DELEGATION
            ),
            fairs=frozenset(row.scope_id for row in held if row.scope_kind is ScopeKind.FAIR),
        )

    def has_role(self, role: Role) -> bool:
        """Whether this person holds a role in some scope."""
        return self.role is role or any(row.role is role for row in self.staff_roles)


class StaffRole(Model):
    """A role of one of the organiser's people, and how far it reaches.

    ``scope_id`` is the id of a delegation or a fair, 0 for the whole bureau; it is no
    foreign key because delegations and fairs live in rooms above this one.
    """

    __tablename__ = "staff_role"
    __table_args__ = (UniqueConstraint("user_id", "role", "scope_kind", "scope_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[Role]
    scope_kind: Mapped[ScopeKind] = mapped_column(default=ScopeKind.BUREAU)
    scope_id: Mapped[int] = mapped_column(default=0)
    scope_label: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    user: Mapped[User] = relationship(back_populates="staff_roles", foreign_keys=[user_id])


class LoginCode(Model):
    """A one-time code sent to a phone: six digits, five minutes, five tries, once.

    ``nonce_hash`` binds it to the browser that asked; ``subject`` names the act a code
    that is read out confirms (``intent:<uid>:preliminary``).
    """

    __tablename__ = "login_code"
    __table_args__ = (Index("ix_login_code_phone_hash_created_at", "phone_hash", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[CodePurpose]
    subject: Mapped[str] = mapped_column(default="")
    phone_hash: Mapped[str]
    code_hash: Mapped[str]
    nonce_hash: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AccountLink(Model):
    """A single-use link by mail: invitation, password reset, change of e-mail."""

    __tablename__ = "account_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LinkKind]
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    email: Mapped[str | None]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
