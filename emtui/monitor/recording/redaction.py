"""Redacts secrets, the user's account and the server's name from recordings.

The server's texts otherwise stay unchanged: other names in them cannot be recognized.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from emtui.em.secret import mask_secrets
from emtui.em.server_address import Server, strip_zone

SERVER_PLACEHOLDER, USER_PLACEHOLDER = "the-server", "the-user"
"""Replacements in the file."""
_DISTINCTIVE = re.compile(r"[.\\@:]")
"""A name without one of these may be an ordinary word, so it is kept in the server's texts."""
_MIN_NAME_LENGTH = 3

NamePatterns = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True, slots=True)
class RecordingRedactor:
    """Redacts texts: `names` in emtui's own sentences, `distinctive_names` in the server's."""

    names: NamePatterns = ()
    distinctive_names: NamePatterns = ()

    @classmethod
    def for_logon(cls, server: Server, user: str) -> RecordingRedactor:
        """For a logon to this server as this user."""
        account = user.rpartition("\\")[2].partition("@")[0]
        texts = (server.url, server.key, server.request_url, server.authority, server.ascii_authority)
        hosts = (server.name, server.host, strip_zone(server.host))
        replacements = [(text, SERVER_PLACEHOLDER) for text in dict.fromkeys((*texts, *hosts))]
        replacements += [(user, USER_PLACEHOLDER), (account, USER_PLACEHOLDER)]
        replacements = [
            (name, placeholder) for name, placeholder in replacements if len(name) >= _MIN_NAME_LENGTH
        ]
        return cls(
            tuple((_name_pattern(name), placeholder) for name, placeholder in replacements),
            tuple(
                (_name_pattern(name), placeholder)
                for name, placeholder in replacements
                if _DISTINCTIVE.search(name)
            ),
        )

    def redact_sentence(self, text: str) -> str:
        """Redact a sentence of emtui about a failure."""
        return _redact(text, self.names)

    def redact_text(self, text: str) -> str:
        """Redact a text of the server."""
        return _redact(text, self.distinctive_names)


SECRETS_ONLY = RecordingRedactor()
"""Redacts only secrets."""


def _name_pattern(name: str) -> re.Pattern[str]:
    """Pattern for the name, case-insensitive, not as part of a longer one."""
    return re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", re.IGNORECASE)


def _redact(text: str, names: NamePatterns) -> str:
    text = mask_secrets(text)
    for name, placeholder in names:
        text = name.sub(placeholder, text)
    return text
