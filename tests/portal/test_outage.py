"""What the portal answers while its database is away."""

import pytest
from django.db import connection

from tests import databases
from tests.clients import PortalClient
from tests.factories import offered


@pytest.fixture
def _without_database(committed):
    databases.use("a_database_that_is_not_there")
    yield
    connection.close()


@pytest.mark.usefixtures("_without_database")
class TestWithoutDatabase:
    client = PortalClient("jabar.localhost", "p110_0_0")

    def test_the_process_lives(self):
        assert self.client.get("/healthz").status_code == 200

    def test_it_is_not_ready_and_says_what_fails(self):
        reply = self.client.get("/readyz")

        assert (reply.status_code, reply.json()["failing"]) == (503, ["database"])

    def test_a_delivery_is_answered_503_with_a_time_to_try_again(self):
        reply = self.client.deliver(offered("c-1"))

        assert (reply.status_code, reply["Content-Type"]) == (503, "application/problem+json")
        assert int(reply["Retry-After"]) > 0

    def test_a_page_is_answered_503_too(self):
        assert self.client.get("/desk/").status_code == 503
