"""Which pages a role has, in the order of its work; the first is its home."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regions.people.models import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the rail: its URL name, its words, its icon (lucide)."""

    url: str
    label: str | Promise
    icon: str


_DESK = Entry("desk", _("Calls"), "phone-call")
_COMPLAINTS = Entry("complaints", _("Complaints"), "message-square-warning")
_ADMINISTRATION = Entry("administration", _("Administration"), "settings")
_NATIONAL = Entry("national", _("Summary"), "chart-column")

_PAGES: dict[str, tuple[Entry, ...]] = {
    Role.AGENT: (_DESK, _COMPLAINTS),
    Role.SUPERVISOR: (_DESK, _COMPLAINTS),
    Role.IT_HEAD: (_ADMINISTRATION,),
    Role.HQ: (_NATIONAL,),
    Role.HQ_IT: (_NATIONAL,),
}


def entries_for(role: str | None) -> tuple[Entry, ...]:
    """Return the pages of a role; none for nobody."""
    return _PAGES.get(role or "", ())
