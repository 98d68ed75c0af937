"""Redacts secrets, the user's account and the server's name from recordings.

The server's texts otherwise stay unchanged: other names in them cannot be recognized.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from emtui.em.secret import without_secrets
from emtui.em.server_address import Server, without_zone

SERVER, USER = "the-server", "the-user"
"""Replacements in the file."""
_TELLING = re.compile(r"[.\\@:]")
"""A name without one of these may be an ordinary word, so it is kept in the server's texts."""
_SHORTEST = 3

Names = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True, slots=True)
class Hiding:
    """Redacts texts: `names` in emtui's own sentences, `telling` in the server's."""

    names: Names = ()
    telling: Names = ()

    @classmethod
    def of(cls, server: Server, user: str) -> Hiding:
        """For a logon to this server as this user."""
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
        """Redact a sentence of emtui about a failure."""
        return _without(text, self.names)

    def text(self, text: str) -> str:
        """Redact a text of the server."""
        return _without(text, self.telling)


NOTHING = Hiding()
"""Redacts only secrets."""


def _whole(name: str) -> re.Pattern[str]:
    """Pattern for the name, case-insensitive, not as part of a longer one."""
    return re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", re.IGNORECASE)


def _without(text: str, names: Names) -> str:
    text = without_secrets(text)
    for name, instead in names:
        text = name.sub(instead, text)
    return text
