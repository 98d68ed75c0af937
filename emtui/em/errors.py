"""Everything that can go wrong between us and Enterprise Manager.

    EmError                       one sentence, naming the host and the next step
    ├── Unreachable               no answer at all
    │   ├── NameUnknown           the host name does not resolve
    │   ├── Refused               nothing listens on that port
    │   ├── TimedOut              no connection, or no answer, in time
    │   ├── Broken                the connection ended in the middle
    │   ├── PlainHttp             the port does not speak TLS, or speaks only TLS
    │   ├── ClientCertificateWanted   it wants a certificate of its clients
    │   └── ProxyTrouble          a proxy stands in between and does not let us through
    ├── BadSetting                what the person gave cannot be used
    │   ├── BadAddress            not a server, or not a pin
    │   └── BadCaFile             the CA file cannot be read
    ├── Untrusted                 the certificate is not trusted: a person must look
    │   └── Changed               … and a different one was pinned
    ├── Denied                    the server knows us and says no
    │   ├── LogonRefused          401 on logon: user or password
    │   ├── BasicNotOffered       401 on logon: the password was probably not looked at
    │   └── Forbidden             403: the role is too low, or something in between refuses
    ├── NotFound                  404 on a session: unknown, or aged out
    │   └── Gone                  404 on one that was there before
    └── Nonsense                  an answer came, and it made no sense
        ├── NotEnterpriseManager  something else answers there
        ├── TooOld                Enterprise Manager, but without system sessions
        ├── Redirected            it points elsewhere, and we follow nobody
        ├── ServerTrouble         429, 5xx, 4xx: the server's own trouble
        ├── TooLarge              more bytes than we are ready to read
        ├── Compressed            a Content-Encoding that is not known, or damaged
        ├── Cut                   fewer bytes than promised, or half a document
        └── BadDocument           not the document that was asked for

Errors neither render nor log themselves; `str(error)` is the sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # errors load before the first paint, where no certificate is needed
    from emtui.em.certificate import Certificate


class EmError(Exception):
    """One failure, as one sentence that names the host and what to do next."""


class Unreachable(EmError):
    """No answer at all."""


class NameUnknown(Unreachable):
    """The host name does not resolve."""


class Refused(Unreachable):
    """Nothing listens on that port."""


class TimedOut(Unreachable):
    """No connection, or no answer, in time."""


class Broken(Unreachable):
    """The connection ended before an answer began."""


class PlainHttp(Unreachable):
    """The port does not speak TLS."""


class ClientCertificateWanted(Unreachable):
    """It wants a certificate of its clients, and we have none."""


class ProxyTrouble(Unreachable):
    """A proxy stands in between and does not let us through."""


class BadSetting(EmError):
    """What the person gave cannot be used; nothing was asked of any server."""


class BadAddress(BadSetting):
    """What the person gave as server or pin is not one."""


class BadCaFile(BadSetting):
    """The CA file cannot be read."""


class Untrusted(EmError):
    """The certificate is not trusted: a person must look at it. Nothing was sent."""

    def __init__(self, sentence: str, certificate: Certificate) -> None:
        super().__init__(sentence)
        self.certificate = certificate


class Changed(Untrusted):
    """The certificate is not the one that was pinned; `pinned` is that one's SHA-256 in hex.

    `same_key` says whether its public key is the same, where that is known.
    """

    def __init__(
        self, sentence: str, certificate: Certificate, pinned: str, same_key: bool | None = None
    ) -> None:
        super().__init__(sentence, certificate)
        self.pinned = pinned
        self.same_key = same_key

    @property
    def key_told(self) -> str:
        """Whether the public key is the same, in words."""
        match self.same_key:
            case True:
                return "its public key is the same, so it was probably renewed"
            case False:
                return "its public key has changed as well"
            case None:
                return "it is unknown whether its public key has changed"


class Denied(EmError):
    """The server knows us and says no."""


class LogonRefused(Denied):
    """401 on logon: user or password. `user` is the name as it was sent."""

    def __init__(self, sentence: str, user: str) -> None:
        super().__init__(sentence)
        self.user = user


class BasicNotOffered(Denied):
    """401 on logon that offers no Basic, or no way at all: the password was probably not looked at."""


class Forbidden(Denied):
    """403: the role is too low, or something in between refuses."""


class NotFound(EmError):
    """404 on one session: unknown, or aged out of the 30 days."""


class Gone(NotFound):
    """404 on a session that was there before: deleted, or aged out meanwhile."""


class Nonsense(EmError):
    """An answer came, and it made no sense."""


class NotEnterpriseManager(Nonsense):
    """Something else answers on that port."""


class TooOld(Nonsense):
    """Enterprise Manager, but one without system sessions (404 on the list)."""


class Redirected(Nonsense):
    """The answer points elsewhere; we follow nobody."""


class ServerTrouble(Nonsense):
    """429, 5xx or an unexpected status. `status` is the number, `retry_after` seconds if it named any."""

    def __init__(self, sentence: str, status: int, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


class TooLarge(Nonsense):
    """More bytes than we are ready to read."""


class Compressed(Nonsense):
    """A Content-Encoding that is not known, or bytes in one that are damaged."""


class Cut(Nonsense):
    """Fewer bytes than promised, or half a document."""


class BadDocument(Nonsense):
    """Not the document that was asked for."""
