"""The request that a page's view gets, with its type."""

from django_htmx.middleware import HtmxDetails

from regions.people.access import AgentRequest


class PageRequest(AgentRequest):
    """A signed-in person's request; `htmx` is true where only the changing part is asked for."""

    htmx: HtmxDetails
