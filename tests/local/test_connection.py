"""Precedence of options, environment and profile."""

from pathlib import Path

import pytest

from emtui.em.errors import InvalidAddressError
from emtui.em.server_address import Server, Trust
from emtui.local.configuration import Config
from emtui.local.connection import ConnectionOptions, resolve_connection
from emtui.local.profiles import InvalidConfigError, Profile

PIN = "ab" * 32
PROD = Profile("prod", Server("em01.example.net"), "EXAMPLE\\ops", pin=PIN)
LAB = Profile("lab", Server("em02.example.net", 9400), "ops@example.net", no_proxy=True)
TWO_PROFILES = Config((PROD, LAB))


def test_nothing_at_all_is_an_empty_connection() -> None:
    found = resolve_connection(ConnectionOptions(), {}, Config())
    assert (found.server, found.user, found.profile, found.trust) == (None, None, None, Trust())


def test_a_single_profile_is_the_default() -> None:
    assert resolve_connection(ConnectionOptions(), {}, Config((PROD,))).profile == PROD
    assert resolve_connection(ConnectionOptions(), {}, TWO_PROFILES).profile is None


def test_the_default_profile_is_used_unless_another_is_given() -> None:
    config = Config((PROD, LAB), default_profile="lab")
    assert resolve_connection(ConnectionOptions(), {}, config).server == LAB.server
    assert resolve_connection(ConnectionOptions(profile="prod"), {}, config).server == PROD.server
    assert resolve_connection(ConnectionOptions(), {"EMTUI_PROFILE": "prod"}, config).trust.pin == PIN
    assert (
        resolve_connection(ConnectionOptions(profile="lab"), {"EMTUI_PROFILE": "prod"}, config).profile == LAB
    )


def test_options_override_the_environment_which_overrides_the_profile() -> None:
    environ = {"EMTUI_USER": "from-environment", "EMTUI_SERVER": ""}
    assert resolve_connection(ConnectionOptions(), environ, Config((PROD,))).user == "from-environment"
    assert (
        resolve_connection(ConnectionOptions(user="from-option"), environ, Config((PROD,))).user
        == "from-option"
    )
    assert resolve_connection(ConnectionOptions(), environ, Config((PROD,))).server == PROD.server


def test_a_pin_stays_with_the_server_that_it_was_accepted_for() -> None:
    elsewhere = resolve_connection(ConnectionOptions(server="em09.example.net"), {}, Config((PROD,)))
    assert (elsewhere.profile, elsewhere.trust.pin, elsewhere.user) == (None, None, None)
    same = resolve_connection(
        ConnectionOptions(server="https://EM01.example.net:9398/api/"), {}, Config((PROD,))
    )
    assert same.trust.pin == PIN
    assert same.is_temporary


def test_a_given_server_uses_the_pin_of_its_profile_with_any_default() -> None:
    for config in (TWO_PROFILES, Config((LAB, PROD), default_profile="lab")):
        named = resolve_connection(
            ConnectionOptions(server="em01.example.net", user="EXAMPLE\\ops"), {}, config
        )
        assert (named.profile, named.trust.pin, named.is_temporary) == (PROD, PIN, True)
        assert resolve_connection(ConnectionOptions(server="em01.example.net"), {}, config).profile == PROD
        other = resolve_connection(
            ConnectionOptions(server="em01.example.net", user="EXAMPLE\\other"), {}, config
        )
        assert (other.profile, other.trust.pin) == (None, None)
    two = Config((PROD, Profile("second", PROD.server, "x")))
    assert resolve_connection(ConnectionOptions(server="em01.example.net"), {}, two).profile is None
    assert (
        resolve_connection(ConnectionOptions(server="em01.example.net", user="x"), {}, two).profile
        == two.profiles[1]
    )


def test_a_ca_file_does_not_override_a_pin() -> None:
    found = resolve_connection(ConnectionOptions(ca_file="ca.pem"), {}, Config((PROD,)))
    assert found.trust == Trust(Path("ca.pem"), PIN)
    other = resolve_connection(
        ConnectionOptions(ca_file="ca.pem", pin=PIN.upper().replace("A", "C")), {}, Config((PROD,))
    )
    assert other.trust == Trust(Path("ca.pem"), "cb" * 32)


def test_an_unknown_profile_suggests_the_nearest_or_lists_all() -> None:
    with pytest.raises(InvalidConfigError, match="did you mean prod"):
        resolve_connection(ConnectionOptions(profile="prd"), {}, TWO_PROFILES)
    with pytest.raises(InvalidConfigError, match="available profiles: prod, lab"):
        resolve_connection(ConnectionOptions(profile="xyz"), {}, TWO_PROFILES)
    with pytest.raises(InvalidConfigError, match="create one with emtui login"):
        resolve_connection(ConnectionOptions(profile="xyz"), {}, Config())


def test_invalid_servers_pins_and_users_are_rejected() -> None:
    with pytest.raises(InvalidAddressError):
        resolve_connection(ConnectionOptions(server="http://em01.example.net"), {}, Config())
    with pytest.raises(InvalidAddressError):
        resolve_connection(ConnectionOptions(pin="1234"), {}, Config())
    with pytest.raises(InvalidConfigError, match="control character"):
        resolve_connection(ConnectionOptions(user="EXAMPLE\x08ackup"), {}, Config())
    assert resolve_connection(
        ConnectionOptions(server="http://em01.example.net", allow_http=True), {}, Config()
    ).server


def test_a_profile_allows_http_only_for_its_own_server() -> None:
    plain = Profile("plain", Server("em03.example.net", 80, "http"), allow_http=True)
    assert resolve_connection(
        ConnectionOptions(server="http://em03.example.net:80"), {}, Config((plain,))
    ).allow_http
    with pytest.raises(InvalidAddressError, match="unencrypted"):
        resolve_connection(ConnectionOptions(server="http://em01.example.net"), {}, Config((plain,)))
    assert not resolve_connection(
        ConnectionOptions(server="em01.example.net"), {}, Config((plain,))
    ).allow_http


def test_the_password_command_is_only_for_the_user_and_server_of_its_profile() -> None:
    profile = Profile("prod", Server("em01.example.net"), "EXAMPLE\\ops", password_command=("pass",))
    config = Config((profile,))
    assert resolve_connection(ConnectionOptions(), {}, config).password_command == ("pass",)
    assert resolve_connection(ConnectionOptions(user="EXAMPLE\\other"), {}, config).password_command == ()
    assert resolve_connection(ConnectionOptions(server="em02.example.net"), {}, config).password_command == ()
