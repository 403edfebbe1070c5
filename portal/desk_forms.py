"""What an agent fills in at the desk."""

from collections import defaultdict
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from interactions.models import Category, Interaction, Outcome, Service
from interactions.models.interaction import NUISANCE
from portal.templatetags.shown import name_of
from portal.words import OUTCOMES, PRIORITIES, SERVICES, words_for

Choice = tuple[str, str | Promise]

WRITTEN = ("caller_name", "summary", "detail")
CLASSES = ("service", "category", "priority")
# One click each; a false report is not among them, since it has to be confirmed.
ONE_CLICK = (
    Outcome.SILENT,
    Outcome.PRANK,
    Outcome.DROPPED,
    Outcome.WRONG_NUMBER,
    Outcome.TEST,
    Outcome.GHOST,
)


def _category_groups(categories: list[Category]) -> list[tuple[str, list[Choice]]]:
    """Return choices by service and group, in the reader's language."""
    names = {category.code: name_of(category) for category in categories}
    groups: defaultdict[tuple[str, str | None], list[Choice]] = defaultdict(list)
    for each in categories:
        if each.priority is not None:
            groups[each.service, each.parent_id].append(
                (each.code, f"{each.code} · {name_of(each)}")
            )
    order = {service: index for index, service in enumerate(Service.values)}
    return [
        (_group_name(service, names.get(group or "", "")), choices)
        for (service, group), choices in sorted(
            groups.items(), key=lambda item: (order[item[0][0]], str(item[0][1]))
        )
    ]


def _group_name(service: str, group: str) -> str:
    service_name = words_for("service", service)
    return f"{service_name} · {group}" if group and group != service_name else service_name


class _CategorySelect(forms.Select):
    """Tells the script of each category which service it is of and which priority it has."""

    categories: dict[str, Category]

    @override
    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        category = self.categories.get(str(value))
        if category is not None:
            option["attrs"]["data-service"] = category.service
            option["attrs"]["data-priority"] = category.priority
        return option


class RecordForm(forms.Form):
    """What is written down of an interaction while talking; nothing is required to save it."""

    all_optional = True  # so the labels need not say it

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    service = forms.ChoiceField(
        label=_("Service"),
        choices=list(SERVICES.items()),
        widget=forms.RadioSelect,
        required=False,
    )
    category = forms.ChoiceField(label=_("Category"), required=False, widget=_CategorySelect)
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=list(PRIORITIES.items()),
        widget=forms.RadioSelect,
        coerce=int,
        empty_value=None,
        required=False,
    )
    caller_name = forms.CharField(label=_("Caller's name"), max_length=120, required=False)
    summary = forms.CharField(label=_("What it is about"), max_length=500, required=False)
    detail = forms.CharField(
        label=_("Notes"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, data: Any = None, *, interaction: Interaction, categories: list[Category]
    ) -> None:
        self.interaction = interaction
        self.by_code = {category.code: category for category in categories}
        kept = {name: getattr(interaction, name) for name in WRITTEN}
        classes = {
            "service": interaction.service,
            "category": interaction.category_id,
            "priority": interaction.priority,
        }
        super().__init__(data, initial=kept | classes | {"version": interaction.version})
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (tells the type checker)
        assert isinstance(field.widget, _CategorySelect)  # noqa: S101
        field.widget.categories = self.by_code
        field.choices = [("", _("Choose a category")), *_category_groups(categories)]
        for name in WRITTEN:
            self.fields[name].widget.attrs["autocomplete"] = "off"

    @override
    def clean(self) -> dict[str, Any]:
        """Take the service from the category where none was chosen."""
        data = super().clean() or {}
        category = self.by_code.get(data.get("category") or "")
        if category is None:
            return data
        if data.get("service") and data["service"] != category.service:
            service = words_for("service", category.service)
            self.add_error(
                "category", _("This category is for: %(service)s.") % {"service": service}
            )
        data["service"] = category.service
        return data

    @property
    def written(self) -> dict[str, str]:
        """What is written differently from what is kept."""
        return {
            name: self.cleaned_data[name]
            for name in WRITTEN
            if name in self.data and self.cleaned_data[name] != getattr(self.interaction, name)
        }

    @property
    def classified(self) -> dict[str, Any] | None:
        """Service, category and priority, if they are others than the kept ones."""
        chosen = {name: self.cleaned_data.get(name) or None for name in CLASSES}
        kept = (self.interaction.service, self.interaction.category_id, self.interaction.priority)
        is_new = chosen["service"] is not None and tuple(chosen.values()) != kept
        return chosen if is_new else None


class ClosingForm(forms.Form):
    """How an interaction ended."""

    all_optional = True

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[
            ("", _("Choose an outcome")),
            *((each, OUTCOMES[each]) for each in Outcome.values if each not in ONE_CLICK),
        ],
        error_messages={"required": _("Say how it ended.")},
    )
    note = forms.CharField(
        label=_("Note on closing"),
        max_length=2000,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Note on closing"), "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, is_classified: bool = False) -> None:
        self.is_classified = is_classified
        super().__init__(data)

    @override
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        outcome = data.get("outcome")
        if outcome and outcome not in NUISANCE and not self.is_classified:
            message = _("Choose service and category before closing, unless it is a nuisance.")
            self.add_error(None, message)
        return data
