"""What the public and the region fill in about complaints."""

import re
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from complaints.models import ComplaintChannel, Letter, Resolution
from complaints.services.file import Statement
from portal.desk_forms import Choice
from portal.words import CHANNELS, LETTERS, RESOLUTIONS
from regions.context import current_region

NAMED, ANONYMOUS = "named", "anonymous"
_DAYS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
_TIMES = ["%H:%M", "%H.%M", "%H:%M:%S"]
_NOT_A_DIGIT = re.compile(r"[^0-9+]")


class PhoneField(forms.CharField):
    """A phone number as people write it; becomes E.164, of Indonesia where no country is given."""

    @override
    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        digits = re.sub(r"^(\+?62|0)", "+62", _NOT_A_DIGIT.sub("", typed))
        if typed and not re.fullmatch(r"\+[0-9]{5,15}", digits):
            raise forms.ValidationError(_("Write the number with its digits, like 0812 0000 0001."))
        return digits if typed else ""


class StatementForm(forms.Form):
    """A complaint about the police: what happened, whom it is about, who complains."""

    channel: str = ComplaintChannel.WEB

    summary = forms.CharField(
        label=_("What is it about, in one sentence?"),
        max_length=200,
        help_text=_("For example: I waited two hours and nobody came."),
    )
    detail = forms.CharField(
        label=_("Tell what happened"),
        max_length=4000,
        help_text=_("What happened, where, who was there? Up to 4,000 characters."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    occurred_on = forms.DateField(
        label=_("On which day?"),
        required=False,
        input_formats=_DAYS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("About will do."),
    )
    occurred_at = forms.TimeField(
        label=_("At what time?"),
        required=False,
        input_formats=_TIMES,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    about_unit = forms.ChoiceField(label=_("Which police unit is it about?"), required=False)
    about_officers = forms.CharField(
        label=_("Which officers is it about?"),
        required=False,
        max_length=1000,
        help_text=_("Names or what you remember of them, one on each line."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    identity = forms.ChoiceField(
        label=_("Do you want to give your name?"),
        choices=[(NAMED, _("Yes, with my name")), (ANONYMOUS, _("No, anonymously"))],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("Your name"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = PhoneField(
        label=_("Your phone number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    nik = forms.CharField(
        label=_("Your NIK"),
        required=False,
        help_text=_("The 16 digits of your identity card, if you want to give them."),
        validators=[RegexValidator(r"^[0-9]{16}$", _("A NIK has 16 digits."))],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, units: list[Choice]) -> None:
        super().__init__(data)
        field = self.fields["about_unit"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (tells the type checker)
        field.choices = [("", _("I do not know, or it is not in this list")), *units]

    @override
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("identity") == NAMED and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Write your name, or choose to stay anonymous."))
        at = self._occurred_at(data)
        if at is not None and at > timezone.now():
            self.add_error("occurred_on", _("This day has not come yet."))
        return data

    @property
    def statement(self) -> Statement:
        """What was written; of an anonymous one nothing of who wrote it."""
        data = self.cleaned_data
        known = {name: data[name] for name in ("name", "phone", "email", "nik") if data[name]}
        officers = (line.strip()[:200] for line in data["about_officers"].splitlines())
        return Statement(
            channel=ComplaintChannel(data.get("channel") or self.channel),
            summary=data["summary"],
            detail=data["detail"],
            occurred_at=self._occurred_at(data),
            about_unit=data["about_unit"],
            about_officers=tuple(filter(None, officers)),
            complainant=(known or None) if data["identity"] == NAMED else None,
        )

    @staticmethod
    def _occurred_at(data: dict[str, Any]) -> datetime | None:
        day = data.get("occurred_on")
        if day is None:
            return None
        clock = data.get("occurred_at") or time(0)
        return datetime.combine(day, clock, tzinfo=ZoneInfo(current_region().timezone))


class StaffStatementForm(StatementForm):
    """The same, as staff write it down for somebody."""

    field_order = ["channel"]

    channel = forms.ChoiceField(  # type: ignore[assignment]  # the public's is always the web
        label=_("How did it come in?"),
        choices=[(each, CHANNELS[each]) for each in ComplaintChannel.values],
        initial=ComplaintChannel.WALK_IN,
    )

    def __init__(self, data: Any = None, *, units: list[Choice]) -> None:
        super().__init__(data, units=units)
        labels = {
            "identity": _("Does the complainant give a name?"),
            "name": _("Complainant's name"),
            "phone": _("Complainant's phone number"),
            "email": _("Complainant's e-mail address"),
            "nik": _("Complainant's NIK"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs["autocomplete"] = "off"
        identity = self.fields["identity"]
        assert isinstance(identity, forms.ChoiceField)  # noqa: S101 (tells the type checker)
        identity.choices = [(NAMED, _("Yes")), (ANONYMOUS, _("No, anonymous"))]
        self.fields["nik"].help_text = ""


class FollowForm(forms.Form):
    """What the public follows a complaint by."""

    number = forms.CharField(
        label=_("Number"),
        max_length=40,
        help_text=_("It begins with ADU."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    pin = forms.CharField(
        label=_("PIN"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


def _reason(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )


class RejectForm(forms.Form):
    reason = _reason(_("Why is it rejected?"))


class ReopenForm(forms.Form):
    reason = _reason(_("Why is it opened again?"))


class ResolveForm(forms.Form):
    resolution = forms.ChoiceField(
        label=_("Finding"), choices=[(each, RESOLUTIONS[each]) for each in Resolution.values]
    )
    note = _reason(_("What was found?"))


class LetterForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Letter"), choices=[(each, LETTERS[each]) for each in Letter.values]
    )
    sent_on = forms.DateField(
        label=_("Sent on"),
        required=False,
        input_formats=_DAYS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: today."),
    )
    received_on = forms.DateField(
        label=_("Received on"),
        required=False,
        input_formats=_DAYS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    @override
    def clean(self) -> dict[str, Any]:
        """Add the two times: a day's letter was sent at its beginning and received at its end."""
        data = super().clean() or {}
        zone, now = ZoneInfo(current_region().timezone), timezone.now()
        sent, received = data.get("sent_on"), data.get("received_on")
        data["sent_at"] = datetime.combine(sent, time(0), tzinfo=zone) if sent else None
        data["received_at"] = (
            min(datetime.combine(received, time.max, tzinfo=zone), now) if received else None
        )
        for name, day in (("sent_on", sent), ("received_on", received)):
            if day is not None and day > now.astimezone(zone).date():
                self.add_error(name, _("This day has not come yet."))
        if sent and received and received < sent:
            self.add_error("received_on", _("It cannot be received before it is sent."))
        return data


class DumasNumberForm(forms.Form):
    dumas_number = forms.CharField(
        label=_("Number at Dumas Presisi"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EmptyForm(forms.Form):
    """An act that needs no words."""
