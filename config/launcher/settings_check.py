"""What script/server is told by the environment, checked before anything is started."""

import ipaddress
import os
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from config.launcher.errors import StartRefused

CHECKOUT = Path(__file__).resolve().parent.parent.parent
_DOMAIN = re.compile(r"(?=.{1,200}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9-]{1,63})*")
_CACHE_SCHEMES = {"redis": 6379, "rediss": 6379}
_BROKER_SCHEMES = {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The environment, read once. None: not given, so the launcher provides it or goes without."""

    port: int
    bind: str
    domain: str
    data: Path
    demo: bool
    database_url: str | None
    cache_url: str | None
    broker_url: str | None
    dumas_url: str | None
    dumas_secret: str | None
    secret_key: str | None


def read_settings(environ: Mapping[str, str], arguments: Sequence[str]) -> ServerSettings:
    """Read and check all settings; an empty value counts as not given.

    Raises:
        StartRefused: one is wrong or missing; the message names it and holds no secret.
    """
    wrong = [argument for argument in arguments if argument != "--demo"]
    if wrong:
        message = f"{wrong[0]}: not understood; the only argument is --demo"
        raise StartRefused(message)

    def get(name: str) -> str | None:
        return environ.get(name, "").strip() or None

    database_url = get("DATABASE_URL")
    demo = database_url is None or "--demo" in arguments
    settings = ServerSettings(
        port=_port(get("PORT") or "8110"),
        bind=_bind(get("PORTAL_BIND") or "127.0.0.1"),
        domain=_domain(get("PORTAL_DOMAIN") or "localhost"),
        data=Path(get("PORTAL_DATA") or CHECKOUT / "var").resolve(),
        demo=demo,
        database_url=database_url and _database_url(database_url),
        cache_url=_address("CACHE_URL", get("CACHE_URL"), _CACHE_SCHEMES),
        broker_url=_address("BROKER_URL", get("BROKER_URL"), _BROKER_SCHEMES),
        dumas_url=_address("DUMAS_URL", get("DUMAS_URL"), {"http": 80, "https": 443}),
        dumas_secret=get("DUMAS_SECRET"),
        secret_key=get("SECRET_KEY"),
    )
    if not demo and settings.secret_key is None:
        message = "SECRET_KEY: missing; with DATABASE_URL set it must be a long random string"
        raise StartRefused(message)
    return settings


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= 65_535):
        message = f"PORT: {text!r} is not a whole number from 1 to 65535"
        raise StartRefused(message)
    return int(text)


def _bind(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        message = f"PORTAL_BIND: {text!r} is not an IP address"
        raise StartRefused(message) from None


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text.lower()):
        message = f"PORTAL_DOMAIN: {text!r} is not a host name (no scheme, no port)"
        raise StartRefused(message)
    return text.lower()


def _database_url(url: str) -> str:
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # whose own words would repeat the password
        message = "DATABASE_URL: not a PostgreSQL address (postgresql://user:password@host/name)"
        raise StartRefused(message) from None
    return url


def _address(name: str, url: str | None, schemes: Mapping[str, int]) -> str | None:
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        well_formed = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed:
        message = f"{name}: not an address that starts with " + ", ".join(
            f"{s}://" for s in schemes
        )
        raise StartRefused(message)
    return url


def check_reachable(settings: ServerSettings) -> None:
    """Connect once to each service that is not ours; at most 5 s each.

    Raises:
        StartRefused: one does not answer or does not let us in.
    """
    if settings.database_url:
        try:
            psycopg.connect(settings.database_url, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            message = f"DATABASE_URL: {str(error).strip().splitlines()[0]}"
            raise StartRefused(message) from None
    _check_port("CACHE_URL", settings.cache_url, _CACHE_SCHEMES)
    _check_port("BROKER_URL", settings.broker_url, _BROKER_SCHEMES)


def _check_port(name: str, url: str | None, schemes: Mapping[str, int]) -> None:
    if url is None:
        return
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or schemes[parts.scheme])
    try:
        socket.create_connection(address, timeout=5).close()
    except OSError as error:
        message = (
            f"{name}: nothing answers at {address[0]}:{address[1]} ({error.strerror or error})"
        )
        raise StartRefused(message) from None


def make_data_folder(folder: Path) -> None:
    """Make the data folder, private to its owner, where it is missing.

    Raises:
        StartRefused: it cannot be made or written.
    """
    try:
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700)
    except OSError as error:
        message = f"PORTAL_DATA: {folder} cannot be made ({error.strerror})"
        raise StartRefused(message) from None
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        message = f"PORTAL_DATA: {folder} is not a folder that this user may write"
        raise StartRefused(message)
