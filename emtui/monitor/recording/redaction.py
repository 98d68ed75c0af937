"""What never gets into a recording: secrets, whom we logged on as, and the server's own name.

The server's texts otherwise stay as they are: they are what a recording is for, and other
names in them are not known to be names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from emtui.em.secret import without_secrets
from emtui.em.server_address import Server, without_zone

SERVER, USER = "the-server", "the-user"
"""What stands in the file instead."""
_TELLING = re.compile(r"[.\\@:]")
"""A name without one of these may be a word, so it stays in the server's texts."""
_SHORTEST = 3

Names = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True, slots=True)
class Hiding:
    """Takes out of texts what must not be kept: `names` of our own sentences, `telling` of the server's."""

    names: Names = ()
    telling: Names = ()

    @classmethod
    def of(cls, server: Server, user: str) -> Hiding:
        """For a logon there as this user."""
        account = user.rpartition("\\")[2].partition("@")[0]
        texts = (server.url, server.key, server.sent_url, server.authority, server.ascii_authority)
        hosts = (server.name, server.host, without_zone(server.host))
        known = [(text, SERVER) for text in dict.fromkeys((*texts, *hosts))]
        known += [(user, USER), (account, USER)]
        known = [(name, instead) for name, instead in known if len(name) >= _SHORTEST]
        return cls(
            tuple((_whole(name), instead) for name, instead in known),
            tuple((_whole(name), instead) for name, instead in known if _TELLING.search(name)),
        )

    def sentence(self, text: str) -> str:
        """A sentence of ours, about a failure."""
        return _without(text, self.names)

    def text(self, text: str) -> str:
        """A text of the server's."""
        return _without(text, self.telling)


NOTHING = Hiding()
"""Hides secrets alone."""


def _whole(name: str) -> re.Pattern[str]:
    """The name in any case, unless it is part of a longer one."""
    return re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", re.IGNORECASE)


def _without(text: str, names: Names) -> str:
    text = without_secrets(text)
    for name, instead in names:
        text = name.sub(instead, text)
    return text
