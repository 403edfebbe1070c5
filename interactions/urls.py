"""The API of calls, interactions and alerts, below /api/v1/."""

from django.urls import path, re_path

from interactions import api

urlpatterns = [
    path("calls/events", api.CallEvents.as_view(), name="call-events"),
    path("calls/locations", api.CallLocations.as_view(), name="call-locations"),
    re_path(r"^calls/?$", api.Calls.as_view(), name="calls"),
    # A call's id is the switch's own and may hold slashes.
    path("calls/<path:call_id>/claim", api.ClaimCall.as_view(), name="call-claim-api"),
    path("calls/<path:call_id>", api.OneCall.as_view(), name="call"),
    re_path(r"^interactions/?$", api.Interactions.as_view(), name="interactions"),
    path("interactions/<uuid:interaction_id>", api.OneInteraction.as_view(), name="interaction"),
    path(
        "interactions/<uuid:interaction_id>/classify",
        api.ClassifyInteraction.as_view(),
        name="interaction-classify-api",
    ),
    path(
        "interactions/<uuid:interaction_id>/close",
        api.CloseInteraction.as_view(),
        name="interaction-close-api",
    ),
    path(
        "interactions/<uuid:interaction_id>/reopen",
        api.ReopenInteraction.as_view(),
        name="interaction-reopen-api",
    ),
    path(
        "interactions/<uuid:interaction_id>/timeline",
        api.Timeline.as_view(),
        name="interaction-timeline",
    ),
    # Incidents and the units sent to them
    re_path(r"^incidents/?$", api.Incidents.as_view(), name="incidents-api"),
    path("incidents/<uuid:incident_id>", api.OneIncident.as_view(), name="incident-api"),
    path(
        "incidents/<uuid:incident_id>/link",
        api.LinkInteraction.as_view(),
        name="incident-link-api",
    ),
    path(
        "incidents/<uuid:incident_id>/unlink",
        api.UnlinkInteraction.as_view(),
        name="incident-unlink-api",
    ),
    path(
        "incidents/<uuid:incident_id>/close",
        api.CloseIncident.as_view(),
        name="incident-close-api",
    ),
    path(
        "incidents/<uuid:incident_id>/dispatch",
        api.DispatchUnit.as_view(),
        name="incident-dispatch-api",
    ),
    path(
        "incidents/<uuid:incident_id>/status",
        api.UnitStatusOf.as_view(),
        name="incident-status-api",
    ),
    path("incidents/<uuid:incident_id>/units", api.UnitsFor.as_view(), name="incident-units-api"),
    path("units/<str:unit_code>/position", api.UnitPositionOf.as_view(), name="unit-position-api"),
    # Callers; a number is E.164, its + percent-encoded or not
    path("callers/<str:caller>", api.OneCaller.as_view(), name="caller-api"),
    path("callers/<str:caller>/nuisance", api.ReportNuisance.as_view(), name="caller-nuisance-api"),
    path("callers/<str:caller>/confirm", api.ConfirmNuisance.as_view(), name="caller-confirm-api"),
    path("callers/<str:caller>/lift", api.LiftNuisance.as_view(), name="caller-lift-api"),
    # The contract's short form reads either way: below the number, or below its nuisance.
    path(
        "callers/<str:caller>/nuisance/confirm",
        api.ConfirmNuisance.as_view(),
        name="caller-nuisance-confirm-api",
    ),
    path(
        "callers/<str:caller>/nuisance/lift",
        api.LiftNuisance.as_view(),
        name="caller-nuisance-lift-api",
    ),
]
