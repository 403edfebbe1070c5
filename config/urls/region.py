"""A Polda's host."""

from django.urls import include, path

from config.urls.shared import handler400, handler403, handler404, handler500, shared
from portal.urls import region_pages

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *shared,
    path("api/v1/", include("interactions.urls")),
    path("api/v1/", include("complaints.urls")),
    *region_pages,
]
