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
COMPLAINT_STATES: Words = {
    "received": pgettext_lazy("complaint", "Received"),
    "verified": pgettext_lazy("complaint", "Verified"),
    "in_progress": pgettext_lazy("complaint", "In progress"),
    "escalated": pgettext_lazy("complaint", "At Dumas Presisi"),
    "resolved": pgettext_lazy("complaint", "Resolved"),
    "rejected": pgettext_lazy("complaint", "Rejected"),
}
DUMAS_STATUSES: Words = {
    "proses": pgettext_lazy("Dumas", "in progress"),
    "selesai_benar": pgettext_lazy("Dumas", "closed: founded"),
    "selesai_tidak_benar": pgettext_lazy("Dumas", "closed: unfounded"),
}
RESOLUTIONS: Words = {
    "proven": pgettext_lazy("resolution", "Founded"),
    "not_proven": pgettext_lazy("resolution", "Unfounded"),
    "withdrawn": pgettext_lazy("resolution", "Withdrawn"),
}
LETTERS: Words = {
    "SP3D": _("SP3D (notice of progress)"),
    "result": _("Letter with the result"),
}
COMPLAINT_HISTORY: Words = {
    "received": pgettext_lazy("history", "Complaint received"),
    "verified": pgettext_lazy("history", "Verified: it has merits"),
    "started": pgettext_lazy("history", "Work on it has begun"),
    "rejected": pgettext_lazy("history", "Rejected"),
    "resolved": pgettext_lazy("history", "Resolved"),
    "reopened": pgettext_lazy("history", "Opened again"),
    "letter": pgettext_lazy("history", "Letter recorded"),
    "overdue": pgettext_lazy("history", "The deadline has passed"),
    "escalated": pgettext_lazy("history", "Passed on to Dumas Presisi"),
    "delivered": pgettext_lazy("history", "Arrived at Dumas Presisi"),
    "delivery_given_up": pgettext_lazy("history", "Sending was given up"),
    "sent_again": pgettext_lazy("history", "Sent again"),
    "number_entered": pgettext_lazy("history", "Dumas number entered by hand"),
    "dumas_status": pgettext_lazy("history", "News from Dumas Presisi"),
    "unknown_at_dumas": pgettext_lazy("history", "Dumas Presisi does not know this report"),
}
ACTORS: Words = {
    "public": _("the complainant"),
    "dumas": "Dumas Presisi",
    "system": _("the system"),
}
ESCALATION_STATES: Words = {
    "pending": pgettext_lazy("escalation", "Being sent"),
    "delivered": pgettext_lazy("escalation", "Delivered"),
    "dead": pgettext_lazy("escalation", "Not delivered"),
    "manual": pgettext_lazy("escalation", "Handed over by a person"),
}
ATTEMPTS: Words = {
    "delivered": _("Dumas Presisi took the report and gave it a number."),
    "unavailable": _("Dumas Presisi did not answer as it should. It is tried again by itself."),
    "refused": _("Dumas Presisi refused the report. A person has to look at it."),
    "interrupted": _("Sending was interrupted on our side. It was begun anew, under the same key."),
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
    "complaint": COMPLAINT_STATES,
    "dumas": DUMAS_STATUSES,
    "resolution": RESOLUTIONS,
    "letter": LETTERS,
    "history": COMPLAINT_HISTORY,
    "actor": ACTORS,
    "escalation": ESCALATION_STATES,
    "attempt": ATTEMPTS,
    "scope": SCOPES,
}


def words_for(kind: str, value: object) -> str:
    """Return the words of a value, in the reader's language; the value itself where it has none."""
    return str(ALL[kind].get(value, value))
