"""The API of complaints and Dumas Presisi's callbacks, below /api/v1/."""

from django.urls import path, re_path

from complaints import api

urlpatterns = [
    path(
        "interactions/<uuid:interaction_id>/complaint",
        api.InteractionComplaint.as_view(),
        name="interaction-complaint-api",
    ),
    re_path(r"^complaints/?$", api.Complaints.as_view(), name="complaints-api"),
    path("complaints/<str:number>", api.OneComplaint.as_view(), name="complaint-api"),
    # What is decided on a complaint
    path(
        "complaints/<str:number>/verify", api.VerifyComplaint.as_view(), name="complaint-verify-api"
    ),
    path("complaints/<str:number>/start", api.StartComplaint.as_view(), name="complaint-start-api"),
    path(
        "complaints/<str:number>/reject", api.RejectComplaint.as_view(), name="complaint-reject-api"
    ),
    path(
        "complaints/<str:number>/resolve",
        api.ResolveComplaint.as_view(),
        name="complaint-resolve-api",
    ),
    path(
        "complaints/<str:number>/reopen", api.ReopenComplaint.as_view(), name="complaint-reopen-api"
    ),
    path(
        "complaints/<str:number>/letter", api.ComplaintLetter.as_view(), name="complaint-letter-api"
    ),
    path(
        "complaints/<str:number>/escalate",
        api.EscalateComplaint.as_view(),
        name="complaint-escalate-api",
    ),
    # Its way to Dumas Presisi
    path("complaints/<str:number>/escalation", api.OneEscalation.as_view(), name="escalation-api"),
    path(
        "complaints/<str:number>/escalation/retry",
        api.RetryEscalation.as_view(),
        name="escalation-retry-api",
    ),
    path(
        "complaints/<str:number>/escalation/manual",
        api.EnterDumasNumber.as_view(),
        name="escalation-manual-api",
    ),
    path("dumas/callbacks", api.DumasCallbacks.as_view(), name="dumas-callbacks"),
]
