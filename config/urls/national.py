"""Headquarters' host: figures and the national intake, no region's records."""

from django.urls import path

from config.urls.shared import handler400, handler403, handler404, handler500, shared
from portal import national_api
from portal.urls import national_pages

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *shared,
    path("api/v1/calls/events", national_api.NationalEvents.as_view(), name="national-events"),
    path(
        "api/v1/calls/locations",
        national_api.NationalLocations.as_view(),
        name="national-locations",
    ),
    path("api/v1/national/summary", national_api.Summary.as_view(), name="national-summary"),
    *national_pages,
]
