"""Everything the environment can change, read once and checked at start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

WEAK_SECRETS = frozenset({"secret", "changeme", "dev", "password", "xunpin"})


class SettingsError(ValueError):
    """The environment does not allow a safe start. The text says what to set."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one application, named as in the environment, less ``XUNPIN_``.

    Lists are comma-separated; ``ticket_keys`` is ``1:secret,2:newer`` (new tickets use the
    greatest number, old ones keep theirs). docs/settings.md explains each.
    """

    environment: str = "production"
    secret_key: str = field(default="", repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    ticket_keys: Mapping[int, str] = field(default_factory=dict, repr=False)
    database_url: str = ""
    data_dir: Path = Path("var")
    public_url: str = "http://localhost:8000"
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    queue_url: str = "sqlite"
    limits_url: str = "memory://"
    bureau_name_zh: str = "温州市人力资源和社会保障局"
    bureau_name_en: str = "Wenzhou Human Resources and Social Security Bureau"
    bureau_code: str = "WZ"
    max_upload_mb: int = 10
    font: str = ""
    font_bold: str = ""
    mail_channel: str = "log"
    mail_sender: str = "xunpin@localhost"
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_tls: bool = False
    sms_channel: str = "log"
    sms_url: str = ""
    sms_key_id: str = ""
    sms_key: str = field(default="", repr=False)
    sms_sign_name: str = "巡聘"
    sms_templates: Mapping[str, str] = field(default_factory=dict)
    sms_daily_budget: int = 20_000
    sms_fair_budget: int = 5_000
    proposal_days: int = 14
    confirm_days: int = 7
    retention_months: int = 24
    messages_per_day: int = 10
    demo: bool = False
    testing: bool = False

    def __post_init__(self) -> None:
        """Fill in what development may leave out; refuse what production may not."""
        if not self.database_url:
            path = (self.data_dir / "xunpin.sqlite3").absolute()
            object.__setattr__(self, "database_url", f"sqlite:///{path}")
        if self.environment != "production":
            return
        faults = []
        if len(self.secret_key) < 32 or self.secret_key.lower() in WEAK_SECRETS:
            faults.append("XUNPIN_SECRET_KEY must hold at least 32 random characters")
        if not self.ticket_keys or any(len(key) < 32 for key in self.ticket_keys.values()):
            faults.append("XUNPIN_TICKET_KEYS must hold at least one key like 1:<32 characters>")
        if not self.trusted_hosts:
            faults.append("XUNPIN_TRUSTED_HOSTS must name the hosts this site answers for")
        if not self.public_url.startswith("https://"):
            faults.append("XUNPIN_PUBLIC_URL must be the https address people use")
        if self.demo:
            faults.append("XUNPIN_DEMO shows one-time codes to everybody and is not for production")
        if faults:
            raise SettingsError("; ".join(faults))

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read ``XUNPIN_*``. A word that does not parse stops the start."""
        known = {part.name: part for part in fields(cls)}
        given = {
            name: _parse(environ[f"XUNPIN_{name.upper()}"], str(part.type), name)
            for name, part in known.items()
            if f"XUNPIN_{name.upper()}" in environ
        }
        return cls(**given)

    def to_env(self) -> dict[str, str]:
        """The environment that these settings are read from again (for a child of this process)."""
        return {
            f"XUNPIN_{part.name.upper()}": _text(getattr(self, part.name)) for part in fields(self)
        }

    @property
    def is_https(self) -> bool:
        """Whether people reach the site by https."""
        return self.public_url.startswith("https://")

    def for_flask(self) -> dict[str, Any]:
        """These settings under the names Flask and its extensions expect."""
        engine: dict[str, Any] = {}
        if self.database_url.startswith("postgresql"):
            engine = {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20}
        return {
            "SECRET_KEY": self.secret_key,
            "SECRET_KEY_FALLBACKS": list(self.secret_key_fallbacks),
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": engine,
            "TESTING": self.testing,
            "PUBLIC_URL": self.public_url,
            "FILES_DIR": str(self.data_dir / "files"),
            "TRUSTED_HOSTS": list(self.trusted_hosts) or None,
            "MAX_CONTENT_LENGTH": self.max_upload_mb * 1_000_000 + 200_000,
            "SESSION_COOKIE_NAME": "__Host-xunpin" if self.is_https else "xunpin",
            "SESSION_COOKIE_SECURE": self.is_https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": 90 * 86_400,
            # A cookie is sent when something in it changed, and only then: an answer that merely
            # repeats the old one may arrive after it and take the change back.
            "SESSION_REFRESH_EACH_REQUEST": False,
            "WTF_CSRF_TIME_LIMIT": None,
            "BOOTSTRAP_SERVE_LOCAL": True,
            "RATELIMIT_STORAGE_URI": self.limits_url,
            "SETTINGS": self,
        }


def _parse(text: str, kind: str, name: str) -> Any:
    """Turn the text of one variable into the type its field was declared with."""
    try:
        if kind.endswith("bool'>") or kind == "bool":
            return {"true": True, "1": True, "false": False, "0": False}[text.lower()]
        if "tuple" in kind:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if "Mapping[int" in kind:
            return {int(k): v for k, v in _pairs(text)}
        if "Mapping[str" in kind:
            return dict(_pairs(text))
        if "int" in kind:
            return int(text)
        if "Path" in kind:
            return Path(text)
    except (KeyError, ValueError) as error:
        raise SettingsError(f"XUNPIN_{name.upper()} cannot be read: {text!r}") from error
    return text


def _text(value: Any) -> str:
    """What :func:`_parse` makes the value of."""
    if isinstance(value, Mapping):
        return ",".join(f"{key}:{word}" for key, word in value.items())
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)


def _pairs(text: str) -> list[tuple[str, str]]:
    parts = [part.strip().partition(":") for part in text.split(",") if part.strip()]
    return [(key.strip(), value.strip()) for key, _, value in parts]
