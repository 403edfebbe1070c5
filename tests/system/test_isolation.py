"""Every route against everybody who must not pass: nobody, another region, a lower role.

The routes come from the resolver; a route without a stated policy fails.
"""

import uuid

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django_tenants.utils import tenant_context

from interactions.models import Call, Interaction
from regions.people.models import Role, Scope
from regions.people.tokens import issue_token
from tests.clients import PortalClient, client_of, host_of
from tests.factories import (
    CallFactory,
    IncidentFactory,
    InteractionFactory,
    PersonFactory,
    UnitFactory,
)

DESK = frozenset({Role.AGENT, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})
HQ = frozenset({Role.HQ, Role.HQ_IT})
AT_A_POLDA = (Role.AGENT, Role.SUPERVISOR, Role.IT_HEAD)
AT_HEADQUARTERS = (Role.HQ, Role.HQ_IT)
EVERYBODY_SIGNED_IN = frozenset(Role)
PUBLIC = "public"
SWITCHES = "switches"
SIGNED_MESSAGES = "signed messages"

REGION_POLICY = {
    # Doors
    "home": EVERYBODY_SIGNED_IN,
    "sign-in": PUBLIC,
    "sign-out": PUBLIC,
    "set-language": PUBLIC,
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_signup": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reauthenticate": PUBLIC,
    "account_reset_password": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "set-theme": PUBLIC,
    "components": EVERYBODY_SIGNED_IN,  # in demo mode only
    "schema": EVERYBODY_SIGNED_IN,
    "docs": EVERYBODY_SIGNED_IN,
    # Calls and interactions
    "call-events": SWITCHES,
    "call-locations": SWITCHES,
    "calls": DESK,
    "call": DESK,
    "call-claim-api": DESK,
    "interactions": DESK,
    "interaction": DESK,
    "interaction-classify-api": DESK,
    "interaction-close-api": DESK,
    "interaction-reopen-api": DESK,
    "interaction-timeline": DESK,
    # Incidents and units
    "incidents-api": DESK,
    "incident-api": DESK,
    "incident-link-api": DESK,
    "incident-unlink-api": DESK,
    "incident-close-api": DESK,
    "incident-dispatch-api": DESK,
    "incident-status-api": DESK,
    "incident-units-api": DESK,
    "unit-position-api": DESK,
    # Callers
    "caller-api": DESK,
    "caller-nuisance-api": DESK,
    "caller-confirm-api": SUPERVISORS,
    "caller-lift-api": SUPERVISORS,
    "caller-nuisance-confirm-api": SUPERVISORS,
    "caller-nuisance-lift-api": SUPERVISORS,
    # The desk
    "desk": DESK,
    "desk-queue": DESK,
    "call-claim": DESK,
    "interaction-in-hand": DESK,
    "interaction-write": DESK,
    "interaction-close": DESK,
    "interaction-reopen": DESK,
    # Complaints
    "interaction-complaint-api": DESK,
    "complaints-api": DESK,
    "complaint-api": DESK,
    "complaint-verify-api": SUPERVISORS,
    "complaint-start-api": SUPERVISORS,
    "complaint-reject-api": SUPERVISORS,
    "complaint-resolve-api": SUPERVISORS,
    "complaint-reopen-api": SUPERVISORS,
    "complaint-letter-api": SUPERVISORS,
    "complaint-escalate-api": SUPERVISORS,
    "escalation-api": DESK,
    "escalation-retry-api": SUPERVISORS,
    "escalation-manual-api": SUPERVISORS,
    "dumas-callbacks": SIGNED_MESSAGES,
    "complaints": DESK,
    "complaint-new": DESK,
    "complaint-detail": DESK,
    "complaint-verify-page": SUPERVISORS,
    "complaint-escalate-page": SUPERVISORS,
    "complaint-start-page": SUPERVISORS,
    "complaint-reject-page": SUPERVISORS,
    "complaint-resolve-page": SUPERVISORS,
    "complaint-reopen-page": SUPERVISORS,
    "complaint-letter-page": SUPERVISORS,
    "complaint-retry-page": SUPERVISORS,
    "complaint-manual-page": SUPERVISORS,
    # The public's pages
    "public-complaint": PUBLIC,
    "public-follow": PUBLIC,
    # Administration
    "administration": frozenset({Role.IT_HEAD}),
}

NATIONAL_POLICY = {
    name: REGION_POLICY[name]
    for name in REGION_POLICY
    if name.startswith(("account_", "mfa_"))
    or name
    in {
        "home",
        "sign-in",
        "sign-out",
        "set-language",
        "set-theme",
        "components",
        "schema",
        "docs",
    }
} | {
    "national-events": SWITCHES,
    "national-locations": SWITCHES,
    "national-summary": HQ,
    "national": HQ,
}


def routes(urlconf):
    def walk(patterns, prefix):
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern):
                yield pattern.name, route

    return list(walk(get_resolver(urlconf).url_patterns, ""))


REGION_ROUTES = routes("config.urls.region")
NATIONAL_ROUTES = routes("config.urls.national")


def path_of(route, **parts):
    """A path of this route, with ids of things that are not there unless given."""
    path = route.replace("^", "").replace("/?$", "/").replace("$", "")
    ids = {
        "<uuid:interaction_id>": parts.get("interaction", str(uuid.uuid4())),
        "<uuid:incident_id>": parts.get("incident", str(uuid.uuid4())),
        "<str:unit_code>": parts.get("unit", "no-such-unit"),
        "<str:caller>": parts.get("caller", "+6281299999999"),
        "<path:call_id>": parts.get("call", "no-such-call"),
        "<str:number>": parts.get("complaint", "ADU-0000-0000-0"),
    }
    for name, value in ids.items():
        path = path.replace(name, str(value))
    assert "<" not in path, f"say how to fill {route}"
    return f"/{path}"


def shut(roles, role):
    """Whether a role has no business at a route with this policy."""
    return roles == SWITCHES or role not in roles


def is_api(route):
    return route.startswith("api/")


def answers(client, path):
    """The statuses of every method that the route has."""
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
    replies = [client.send(method, path, None if method == "GET" else {}) for method in methods]
    return {reply.status_code for reply in replies} - {405}


def page_client(region, person):
    """A browser at a region's host that this person is signed in with."""
    client = PortalClient(host_of(region))
    with tenant_context(region):
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["region"] = region.slug
        session.save()
    return client


@pytest.mark.parametrize(
    ("policy", "known"),
    [(REGION_POLICY, REGION_ROUTES), (NATIONAL_POLICY, NATIONAL_ROUTES)],
    ids=["region", "national"],
)
def test_every_route_has_a_policy_and_every_policy_a_route(policy, known):
    assert {name for name, _ in known} == set(policy)


def closed(known, policy):
    return [
        pytest.param(route, policy.get(name), id=name)
        for name, route in known
        if policy.get(name) not in {PUBLIC, SIGNED_MESSAGES}
    ]


@pytest.mark.parametrize(("route", "roles"), closed(REGION_ROUTES, REGION_POLICY))
class TestAtAPolda:
    def test_nobody_gets_in(self, jabar, route, roles):
        expected = {401} if is_api(route) else {302}

        assert answers(PortalClient(host_of(jabar)), path_of(route)) <= expected

    def test_a_token_of_another_region_gets_nobody_in(self, jabar, diy, route, roles):
        with tenant_context(diy):
            token = issue_token(name="foreign", user=PersonFactory(role=Role.SUPERVISOR))
            key = issue_token(name="foreign key", scopes=list(Scope))
        expected = {401} if is_api(route) else {302}

        for foreign in (token, key):
            assert answers(PortalClient(host_of(jabar), foreign), path_of(route)) <= expected

    def test_a_session_of_another_region_gets_nobody_in(self, jabar, diy, route, roles):
        with tenant_context(diy):
            person = PersonFactory(role=Role.SUPERVISOR)
        browser = page_client(diy, person)
        browser.defaults["SERVER_NAME"] = host_of(jabar)
        expected = {401} if is_api(route) else {302}

        assert answers(browser, path_of(route)) <= expected

    def test_every_other_role_is_refused(self, jabar, route, roles):
        people = [PersonFactory(role=role) for role in AT_A_POLDA if shut(roles, role)]

        for person in people:
            client = client_of(jabar, person) if is_api(route) else page_client(jabar, person)
            assert answers(client, path_of(route)) <= {403}, person.role

    def test_a_machine_gets_in_only_where_its_scope_opens(self, jabar, route, roles):
        key = issue_token(name="metrics only", scopes=[Scope.METRICS])
        expected = {403} if is_api(route) else {302}

        assert answers(PortalClient(host_of(jabar), key), path_of(route)) <= expected


@pytest.mark.parametrize(("route", "roles"), closed(NATIONAL_ROUTES, NATIONAL_POLICY))
class TestAtHeadquarters:
    def test_nobody_gets_in(self, nasional, route, roles):
        expected = {401} if is_api(route) else {302}

        assert answers(PortalClient(host_of(nasional)), path_of(route)) <= expected

    def test_a_token_of_a_region_gets_nobody_in(self, nasional, jabar, route, roles):
        token = issue_token(name="foreign", user=PersonFactory(role=Role.HQ))
        expected = {401} if is_api(route) else {302}

        assert answers(PortalClient(host_of(nasional), token), path_of(route)) <= expected

    def test_every_other_role_is_refused(self, nasional, route, roles):
        with tenant_context(nasional):
            people = [PersonFactory(role=role) for role in AT_HEADQUARTERS if shut(roles, role)]

        for person in people:
            client = client_of(nasional, person) if is_api(route) else page_client(nasional, person)
            assert answers(client, path_of(route)) <= {403}, person.role


@pytest.fixture
def things(jabar):
    """One of everything in the first region."""
    call = CallFactory(id="of-jabar")
    return {
        "call": call.id,
        "interaction": str(InteractionFactory(call=call).id),
        "incident": str(IncidentFactory().id),
        "unit": UnitFactory().code,
    }


@pytest.mark.parametrize(
    "route",
    [
        pytest.param(route, id=name)
        for name, route in REGION_ROUTES
        if is_api(route)
        and any(of in route for of in ("interaction_id", "call_id", "incident_id", "unit_code"))
    ],
)
def test_another_regions_supervisor_finds_nothing_by_its_id(diy, things, route):
    with tenant_context(diy):
        stranger = client_of(diy, PersonFactory(role=Role.SUPERVISOR))

    # 422 where the body is looked at first: it says nothing of what is there either.
    assert answers(stranger, path_of(route, **things)) <= {404, 422}


def test_headquarters_has_no_route_to_calls_or_interactions(nasional, things):
    with tenant_context(nasional):
        analyst = client_of(nasional, PersonFactory(role=Role.HQ))

    for path in (
        "calls/",
        "calls/of-jabar",
        "interactions/",
        f"interactions/{things['interaction']}",
    ):
        assert analyst.get(f"/api/v1/{path}").status_code == 404


def test_what_another_region_tried_changed_nothing(jabar, diy, things):
    with tenant_context(diy):
        stranger = client_of(diy, PersonFactory(role=Role.SUPERVISOR))
    base = f"/api/v1/interactions/{things['interaction']}"

    stranger.send("POST", "/api/v1/calls/of-jabar/claim")
    stranger.send("POST", f"{base}/close", {"outcome": "prank"})
    stranger.send("PATCH", base, {"summary": "x"})

    with tenant_context(jabar):
        call, interaction = Call.objects.get(), Interaction.objects.get()
    assert call.claimed_by is None
    assert (interaction.state, interaction.summary) == ("open", "")


@pytest.mark.parametrize(
    "host",
    [
        "elsewhere.localhost",
        "www.jabar.localhost",
        "jabar.localhost.",
        "jabar.localhost.evil.id",
        "evil.id",
        "x" * 70 + ".localhost",
        "jabar_localhost",
        "127.0.0.1",
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/calls/", "/sign-in/", "/pengaduan/"])
def test_any_other_host_learns_nothing(jabar, host, path):
    reply = PortalClient(host).get(path)

    assert reply.status_code in {400, 404}
    assert b"jabar" not in reply.content.lower()


def test_a_forwarded_host_is_not_believed(jabar):
    client = client_of(jabar, PersonFactory())

    reply = client.get("/api/v1/calls/", headers={"X-Forwarded-Host": "diy.localhost"})

    assert reply.status_code == 200


def test_the_host_is_read_without_regard_to_case(jabar):
    client = client_of(jabar, PersonFactory())
    client.defaults["SERVER_NAME"] = "JABAR.LocalHost"

    assert client.get("/api/v1/calls/").status_code == 200
