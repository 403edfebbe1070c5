"""Demo accounts and keys: only in demo mode, all with one password."""

import secrets
from functools import cached_property
from typing import Any

from django.contrib.auth.hashers import check_password, make_password

from regions.context import run_in_region
from regions.models import Domain, Kind, Region
from regions.people.models import Role, Scope, ServiceKey, User
from regions.people.tokens import find_key, issue_token

POLDA_ACCOUNTS = {
    "it": (Role.IT_HEAD, "Kepala TIK"),
    "supervisor": (Role.SUPERVISOR, "Pengawas"),
    "agent1": (Role.AGENT, "Agen Satu"),
    "agent2": (Role.AGENT, "Agen Dua"),
}
NATIONAL_ACCOUNTS = {
    "hq": (Role.HQ, "Analis Mabes"),
    "hqit": (Role.HQ_IT, "TIK Mabes"),
}


class DemoPassword:
    """One password and one hash for all demo accounts: 146 slow hashes would delay a start."""

    def __init__(self, plain: str) -> None:
        self.plain = plain
        self._good: set[str] = set()
        self._bad: set[str] = set()

    @cached_property
    def encoded(self) -> str:
        """The hash of new accounts: one that is in use already, else a new one."""
        return next(iter(self._good), "") or make_password(self.plain)

    def opens(self, encoded: str) -> bool:
        """Say whether an account with this hash has this password; each hash is tried once."""
        if encoded not in self._good | self._bad:
            right = check_password(self.plain, encoded)
            (self._good if right else self._bad).add(encoded)
        return encoded in self._good


def demo_password(wanted: str, before: dict[str, Any]) -> DemoPassword:
    """Return the password that is asked for, else the one of the last start, else a random one."""
    return DemoPassword(wanted or before.get("password") or secrets.token_urlsafe(9))


def set_up_demo(*, port: int, password: DemoPassword, before: dict[str, Any]) -> dict[str, Any]:
    """Make what is missing of the demo accounts and keys, and return the content of `demo.json`.

    Tokens of `before` (the last `demo.json`) stay as they are while they are good.
    """
    document: dict[str, Any] = {"port": port, "password": password.plain, "regions": {}}
    old: dict[str, Any] = before.get("regions", {})
    for domain in Domain.objects.select_related("tenant").filter(tenant__is_active=True):
        region: Region = domain.tenant
        if region.kind == Kind.PUBLIC:
            continue
        is_national = region.kind == Kind.NATIONAL
        access = run_in_region(
            region.slug,
            _accounts,
            NATIONAL_ACCOUNTS if is_national else POLDA_ACCOUNTS,
            password,
            before.get("national", {}) if is_national else old.get(region.slug, {}),
        )
        entry = {"host": f"{domain.domain}:{port}", **access}
        if is_national:
            document["national"] = entry
        else:
            document["regions"][region.slug] = entry
    return document


def _accounts(
    accounts: dict[str, tuple[Role, str]], password: DemoPassword, before: dict[str, Any]
) -> dict[str, Any]:
    users = {user.username: user for user in User.objects.filter(username__in=accounts)}
    for username, (role, name) in accounts.items():
        if username not in users:
            users[username] = User.objects.create(
                username=username, full_name=name, role=role, password=password.encoded
            )
    changed = [user.pk for user in users.values() if not password.opens(user.password)]
    if changed:
        User.objects.filter(pk__in=changed).update(password=password.encoded)
    old_tokens = before.get("tokens", {})
    return {
        "telephony_key": _token(
            before.get("telephony_key"), name="demo-telephony", scopes=[Scope.TELEPHONY]
        ),
        "tokens": {
            username: _token(old_tokens.get(username), name=f"demo-{username}", user=user)
            for username, user in sorted(users.items())
        },
    }


def _token(before: str | None, *, name: str, **of: Any) -> str:
    if before and find_key(before) is not None:
        return before
    ServiceKey.objects.filter(name=name).delete()
    return issue_token(name=name, **of)
