"""A secret does not show itself."""

import pickle

import pytest

from emtui.em.secret import Secret


def test_a_secret_shows_itself_in_no_text() -> None:
    secret = Secret("swordfish")
    assert f"{secret} {secret!r} {[secret]}" == "*** *** [***]"


def test_a_secret_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret("swordfish"))


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
