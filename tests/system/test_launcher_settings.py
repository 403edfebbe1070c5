"""What script/server makes of its environment."""

import pytest

from config.launcher.errors import StartRefused
from config.launcher.settings_check import CHECKOUT, read_settings

DATABASE = "postgresql://portal:s3cret@db.example/portal110"


def test_an_empty_environment_is_a_demo_in_the_checkout():
    settings = read_settings({}, [])

    assert (settings.demo, settings.port, settings.domain) == (True, 8110, "localhost")
    assert (settings.bind, settings.data) == ("127.0.0.1", CHECKOUT / "var")


def test_a_database_of_ones_own_means_no_demo():
    assert not read_settings({"DATABASE_URL": DATABASE, "SECRET_KEY": "k"}, []).demo


def test_a_database_of_ones_own_can_be_a_demo_when_asked():
    assert read_settings({"DATABASE_URL": DATABASE}, ["--demo"]).demo


def test_production_needs_a_secret_key():
    with pytest.raises(StartRefused, match=r"^SECRET_KEY: missing"):
        read_settings({"DATABASE_URL": DATABASE}, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("PORT", port) for port in ["0", "65536", "-1", "8110.0", "http", "8 110", "٨١١٠"]),
        *(("PORTAL_BIND", address) for address in ["localhost", "1.2.3", "127.0.0.1:80"]),
        *(("PORTAL_DOMAIN", host) for host in ["http://a", "a:80", "a b", "-a", "a..b", "a/b"]),
        *(("DATABASE_URL", url) for url in ["nonsense", "mysql://root:s3cret@host/x"]),
        *(("CACHE_URL", url) for url in ["nonsense", "redis://", "http://:s3cret@host"]),
        *(("BROKER_URL", url) for url in ["amqp:", "kafka://s3cret@host", "redis://host:x"]),
        *(("DUMAS_URL", url) for url in ["dumas.example", "ftp://s3cret@host", "http://"]),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line_that_names_it(name, value):
    with pytest.raises(StartRefused) as refusal:
        read_settings({name: value, "SECRET_KEY": "k"}, [])

    message = str(refusal.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    assert "s3cret" not in message


def test_an_unknown_argument_is_refused():
    with pytest.raises(StartRefused, match=r"^--dmeo: "):
        read_settings({}, ["--dmeo"])
