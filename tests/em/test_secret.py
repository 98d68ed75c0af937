"""Secrets are not shown."""

import pickle

import pytest

from emtui.em.secret import Secret, spell_secrets


def test_a_secret_is_masked_in_every_text() -> None:
    secret = Secret("swordfish")
    assert f"{secret} {secret!r} {[secret]}" == "*** *** [***]"


def test_a_secret_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret("swordfish"))


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")


def test_every_spelling_of_a_secret_is_searched_except_of_short_ones() -> None:
    long_secret = Secret("swordfish"), Secret("abc")
    found = spell_secrets(lambda secret: (secret, secret.upper()))
    assert {"swordfish", "SWORDFISH"} <= found
    assert "abc" not in found
    assert len(long_secret) == 2
