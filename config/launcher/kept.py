"""Values that are made once and kept in the data folder, so that they survive a restart."""

import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path


def kept_secret(folder: Path, name: str, make: Callable[[], str]) -> str:
    """Return a secret of this installation, made at the first call and kept with mode 600."""
    place = folder / "secrets"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = place / name
    if file.is_file() and (kept := file.read_text().strip()):
        return kept
    value = make()
    write_private(file, value + "\n")
    return value


def random_secret() -> str:
    """192 random bits that need no quoting in a URL, a shell or a configuration file."""
    return secrets.token_urlsafe(24)


def write_private(file: Path, text: str) -> None:
    """Write a file of mode 600 so that a reader sees all of it or the one before."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)
        output.flush()
        os.fsync(output.fileno())
    new.replace(file)


def kept_port(file: Path) -> int:
    """Return a free loopback port: the one kept in the file, unless another program took it."""
    kept = file.read_text().strip() if file.is_file() else ""
    if kept.isdecimal() and is_free("127.0.0.1", int(kept)):
        return int(kept)
    # Below the range that the kernel hands to outgoing connections, which could take it from us
    # while the service restarts.
    candidates = secrets.SystemRandom().sample(range(20_000, 32_000), 200)
    port = next(port for port in candidates if is_free("127.0.0.1", port))
    write_private(file, f"{port}\n")
    return port


def is_free(host: str, port: int) -> bool:
    """Tell whether we may listen at this address and nobody else does."""
    return why_taken(host, port) is None


def why_taken(host: str, port: int) -> str | None:
    """Return the system's reason against listening at this address; None when there is none."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            return error.strerror or str(error)
        return None
