"""Which profile a logon creates or updates."""

from dataclasses import replace

import pytest

from emtui.em.server_address import Server, Trust
from emtui.local.configuration import Config
from emtui.local.connection import Connection, connection_from_profile
from emtui.local.profiles import InvalidConfigError, Profile
from emtui.local.remembered_logon import build_profile

PIN = "ab" * 32
SERVER = Server("em01.example.net")
PROD = Profile("prod", SERVER, "EXAMPLE\\ops", keyring="Secret Service")
NEW_CONNECTION = Connection(server=SERVER, user="EXAMPLE\\ops", trust=Trust(pin=PIN))


def test_a_new_server_is_named_after_the_first_label_of_its_host() -> None:
    made = build_profile(NEW_CONNECTION, Config(), None)
    assert made == Profile("em01", SERVER, "EXAMPLE\\ops", pin=PIN)


def test_a_name_that_another_server_has_is_numbered() -> None:
    other = Profile("em01", Server("em01.example.org"), "x")
    assert build_profile(NEW_CONNECTION, Config((other,)), None).name == "em01-2"


def test_an_address_is_its_own_name() -> None:
    assert (
        build_profile(replace(NEW_CONNECTION, server=Server("192.0.2.1")), Config(), None).name == "192.0.2.1"
    )
    assert build_profile(replace(NEW_CONNECTION, server=Server("::1")), Config(), None).name == "1"


def test_the_base_profile_keeps_its_name_and_keyring() -> None:
    found = replace(connection_from_profile(PROD), trust=Trust(pin=PIN))
    assert build_profile(found, Config((PROD,)), None) == replace(PROD, pin=PIN)
    assert build_profile(found, Config((PROD,)), "KWallet").keyring == "KWallet"


def test_another_user_of_the_same_server_does_not_take_the_profile_over() -> None:
    found = replace(connection_from_profile(PROD), user="EXAMPLE\\other")
    made = build_profile(found, Config((PROD,)), None)
    assert (made.name, made.user, made.keyring) == ("em01", "EXAMPLE\\other", None)


def test_a_configured_server_finds_its_profile() -> None:
    assert build_profile(NEW_CONNECTION, Config((PROD,)), None).name == "prod"


def test_without_a_server_there_is_nothing_to_save() -> None:
    with pytest.raises(InvalidConfigError):
        build_profile(Connection(), Config(), None)
