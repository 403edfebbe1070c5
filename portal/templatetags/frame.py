"""What the frame of a page needs beyond its context: where one is, and which theme holds."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.navigation import Entry

register = template.Library()

THEME_COOKIE = "theme"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the rail, on this page."""

    href: str
    label: str | Promise
    icon: str
    is_current: bool


@register.simple_tag(takes_context=True)
def rail(context: dict[str, Any]) -> list[Link]:
    """Return the person's pages; the one whose address this page's begins with is current."""
    request: HttpRequest = context["request"]
    entries: tuple[Entry, ...] = context.get("navigation", ())
    hrefs = [(entry, reverse(entry.url)) for entry in entries]
    return [
        Link(href, entry.label, entry.icon, is_current=request.path.startswith(href))
        for entry, href in hrefs
    ]


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any]) -> str:
    """Return where to come back to: this page, or home where this one is a form's answer."""
    request: HttpRequest = context["request"]
    return request.get_full_path() if request.method == "GET" else "/"


def theme_of(request: HttpRequest, default: str = "") -> str:
    """Return the theme that was chosen, else the screen's own; empty follows the system."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else default


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any], default: str = "") -> SafeString:
    """Return the attribute that says which theme holds, or nothing."""
    name = theme_of(context["request"], default)
    return format_html('data-theme="{}"', name) if name else SafeString("")
