"""Every page, by kind of host."""

from django.urls import path

from portal.views import administration, complaints, components, desk, front, national, public

_shown = [
    path("theme/", front.set_theme, name="set-theme"),
    path("components/", components.specimens, name="components"),
]

region_pages = [
    *_shown,
    # The desk
    path("desk/", desk.desk, name="desk"),
    path("desk/queue/", desk.queue, name="desk-queue"),
    path("desk/calls/<path:call_id>/claim/", desk.claim, name="call-claim"),
    path("desk/interactions/<uuid:interaction_id>/", desk.in_hand, name="interaction-in-hand"),
    path(
        "desk/interactions/<uuid:interaction_id>/write/",
        desk.write,
        name="interaction-write",
    ),
    path("desk/interactions/<uuid:interaction_id>/close/", desk.close, name="interaction-close"),
    path("desk/interactions/<uuid:interaction_id>/reopen/", desk.reopen, name="interaction-reopen"),
    # Complaints, as the region works on them
    path("complaints/", complaints.inbox, name="complaints"),
    path("complaints/new/", complaints.new, name="complaint-new"),
    path("complaints/<str:number>/", complaints.detail, name="complaint-detail"),
    path("complaints/<str:number>/verify/", complaints.verify, name="complaint-verify-page"),
    path("complaints/<str:number>/escalate/", complaints.escalate, name="complaint-escalate-page"),
    path("complaints/<str:number>/start/", complaints.start, name="complaint-start-page"),
    path("complaints/<str:number>/reject/", complaints.reject, name="complaint-reject-page"),
    path("complaints/<str:number>/resolve/", complaints.resolve, name="complaint-resolve-page"),
    path("complaints/<str:number>/reopen/", complaints.reopen, name="complaint-reopen-page"),
    path("complaints/<str:number>/letter/", complaints.letter, name="complaint-letter-page"),
    path("complaints/<str:number>/retry/", complaints.retry, name="complaint-retry-page"),
    path("complaints/<str:number>/manual/", complaints.manual, name="complaint-manual-page"),
    # Complaints, as the public files and follows them
    path("pengaduan/", public.file_complaint_page, name="public-complaint"),
    path("pengaduan/lacak/", public.follow, name="public-follow"),
    # Administration
    path("administration/", administration.overview, name="administration"),
]

national_pages = [
    *_shown,
    path("national/", national.summary, name="national"),
]
