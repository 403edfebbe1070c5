"""The words that people read for the values in our tables."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = dict[object, str | Promise]

ROLES: Words = {
    "agent": _("Agent"),
    "supervisor": _("Supervisor"),
    "it_head": _("Regional IT head"),
    "hq": _("Headquarters"),
    "hq_it": _("Headquarters IT"),
}
SERVICES: Words = {
    "informasi": _("Information"),
    "pelaporan": _("Report"),
    "pengaduan": _("Complaint"),
}
PRIORITIES: Words = {
    1: _("Emergency"),
    2: _("Urgent"),
    3: pgettext_lazy("priority", "Normal"),
    4: pgettext_lazy("priority", "Info"),
}
OUTCOMES: Words = {
    "answered": pgettext_lazy("outcome", "Answered, done"),
    "dispatched": pgettext_lazy("outcome", "Unit sent"),
    "referred": pgettext_lazy("outcome", "Referred"),
    "escalated": pgettext_lazy("outcome", "Passed on to a complaint"),
    "duplicate": pgettext_lazy("outcome", "Same as another"),
    "ghost": pgettext_lazy("outcome", "Ghost call"),
    "silent": pgettext_lazy("outcome", "Silent"),
    "dropped": pgettext_lazy("outcome", "Cut off"),
    "prank": pgettext_lazy("outcome", "Prank"),
    "wrong_number": pgettext_lazy("outcome", "Wrong number"),
    "test": pgettext_lazy("outcome", "Test"),
    "false_report": pgettext_lazy("outcome", "False report"),
}
CHANNELS: Words = {
    "phone": _("Phone"),
    "walk_in": _("At the counter"),
    "letter": _("Letter"),
    "whatsapp": "WhatsApp",
    "email": _("E-mail"),
    "web": _("Website"),
    "sms": "SMS",
}
CALL_STATES: Words = {
    "offered": _("Ringing"),
    "queued": _("In the queue"),
    "answered": pgettext_lazy("call", "Answered"),
    "ended": pgettext_lazy("call", "Ended"),
}
LOCATION_METHODS: Words = {
    "aml": _("phone's own position (AML)"),
    "gnss": _("satellite position"),
    "cell": _("radio cell"),
    "pidf-lo": _("network's position"),
    "manual": _("marked by hand"),
}
TIMELINE: Words = {
    "opened": _("Taken"),
    "written": _("Written down"),
    "classified": _("Classified"),
    "closed": _("Closed"),
    "undone": _("Closing undone"),
    "reopened": _("Opened again"),
}
SCOPES: Words = {
    "telephony": _("telephony"),
    "metrics": _("metrics"),
}

ALL: dict[str, Words] = {
    "role": ROLES,
    "service": SERVICES,
    "priority": PRIORITIES,
    "outcome": OUTCOMES,
    "channel": CHANNELS,
    "call": CALL_STATES,
    "location": LOCATION_METHODS,
    "timeline": TIMELINE,
    "scope": SCOPES,
}


def words_for(kind: str, value: object) -> str:
    """Return the words of a value, in the reader's language; the value itself where it has none."""
    return str(ALL[kind].get(value, value))
