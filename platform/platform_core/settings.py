"""The settings of one instance: from the command line and the environment, the same in every worker process."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from platform_core.accounts.client_address import Network, parsed_networks
from platform_core.embedded import StartupError, default_data_folder
from platform_core.embedded.faults import disk_sentence
from plugin_api.i18n import gettext as _

KEY_BYTES = 32
REQUEST_SECONDS = 15.0
MOST_REQUEST_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceSettings:
    """What an operator chooses.

    `database_url` None means the embedded PostgreSQL. `origin` is the public address when it is https; then cookies
    are `__Host-` and Secure. `data` holds the embedded database and the instance key. `trusted_proxies` may say in
    `X-Forwarded-For` whom they speak for. `request_seconds` is how long a sender may be silent within a request.
    """

    data: Path
    port: int = 8000
    workers: int = 1
    demo: bool = True
    database_url: str | None = None
    owner_url: str | None = None
    origin: str | None = None
    pool: int = 10
    trusted_proxies: tuple[Network, ...] = ()
    request_seconds: float = REQUEST_SECONDS

    @property
    def embedded(self) -> bool:
        """Whether this instance runs its own PostgreSQL."""
        return self.database_url is None

    @property
    def secure(self) -> bool:
        """Whether people reach it by https."""
        return bool(self.origin and self.origin.startswith("https://"))

    def to_environment(self) -> dict[str, str]:
        """For worker processes: read back by `from_environment`."""
        pairs = {
            "THIDUA_DATA": str(self.data),
            "THIDUA_PORT": str(self.port),
            "THIDUA_WORKERS": str(self.workers),
            "THIDUA_DEMO": "1" if self.demo else "0",
            "THIDUA_POOL": str(self.pool),
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "THIDUA_ORIGIN": self.origin,
            "THIDUA_TRUSTED_PROXIES": ",".join(map(str, self.trusted_proxies)),
            "THIDUA_REQUEST_SECONDS": str(self.request_seconds),
        }
        return {name: value for name, value in pairs.items() if value is not None}

    @classmethod
    def from_environment(cls, data: Path | None = None) -> "InstanceSettings":
        """What the environment says; `data` from the command line wins. Raises StartupError with one sentence."""
        read = os.environ.get
        return cls(
            data=(data or Path(read("THIDUA_DATA") or default_data_folder())).expanduser().resolve(),
            port=_whole("THIDUA_PORT", 8000, most=65535),
            workers=_whole("THIDUA_WORKERS", 1, most=64),
            demo=read("THIDUA_DEMO", "1") != "0",
            database_url=read("DATABASE_URL") or None,
            owner_url=read("DATABASE_OWNER_URL") or None,
            origin=read("THIDUA_ORIGIN") or None,
            pool=_whole("THIDUA_POOL", 10, most=1000),
            trusted_proxies=_networks(read("THIDUA_TRUSTED_PROXIES") or ""),
            request_seconds=_seconds(read("THIDUA_REQUEST_SECONDS") or str(REQUEST_SECONDS)),
        )

    def key(self) -> bytes:
        """The instance key: THIDUA_KEY (hex) or the file `instance.key` in the data folder, made on first use."""
        given = os.environ.get("THIDUA_KEY")
        if given:
            return _decoded(given, "THIDUA_KEY")
        path = self.data / "instance.key"
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w") as file:
                    file.write(secrets.token_hex(KEY_BYTES))
            return _decoded(path.read_text().strip(), str(path))
        except OSError as fault:
            raise disk_sentence(fault, self.data) from fault


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return parsed_networks(text)
    except ValueError as fault:
        raise StartupError(
            _(
                "THIDUA_TRUSTED_PROXIES: “%(part)s” không phải địa chỉ IP hay dải địa chỉ của proxy, "
                "thí dụ 10.0.0.5,10.1.0.0/16.",
                part=fault,
            )
        ) from fault


def _whole(name: str, default: int, most: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) > most:
        raise StartupError(_("%(name)s: “%(value)s” phải là số nguyên từ 0 đến %(most)s.", name=name, value=text,
                             most=most))
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MOST_REQUEST_SECONDS:
        raise StartupError(
            _(
                "THIDUA_REQUEST_SECONDS: “%(value)s” phải là số giây lớn hơn 0, nhiều nhất %(most)s.",
                value=text,
                most=MOST_REQUEST_SECONDS,
            )
        )
    return seconds


def _decoded(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError as fault:
        raise StartupError(
            _(
                "%(where)s không chứa khóa dạng thập lục phân: hãy đặt %(digits)s chữ số 0–9, a–f vào đó.",
                where=where,
                digits=KEY_BYTES * 2,
            )
        ) from fault
    if not KEY_BYTES <= len(key) <= 64:
        raise StartupError(
            _(
                "Khóa trong %(where)s dài %(length)s byte: khóa cần từ %(least)s đến 64 byte.",
                where=where,
                length=len(key),
                least=KEY_BYTES,
            )
        )
    return key
