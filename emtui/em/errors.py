"""The errors of the REST client.

    EmError                                 one sentence with the host and the next step
    ├── ServerUnreachableError              no response
    │   ├── HostNotFoundError               the host name does not resolve
    │   ├── PortClosedError                 the port is closed
    │   ├── ServerTimeoutError              no connection or no response in time
    │   ├── ConnectionFailedError           the connection was closed
    │   ├── SchemeMismatchError             the port does not use TLS, or requires it
    │   ├── ClientCertificateRequiredError  the server requires a client certificate
    │   └── ProxyFailedError                a proxy cannot be reached or refuses the connection
    ├── InvalidSettingError                 a setting cannot be used
    │   ├── InvalidAddressError             not a server address, or not a pin
    │   └── InvalidCaFileError              the CA file cannot be read
    ├── CertificateUntrustedError           the certificate is not trusted
    │   └── CertificateChangedError         … and is not the pinned one
    ├── AccessDeniedError                   access denied
    │   ├── LogonRefusedError               401 on logon: user or password
    │   ├── BasicAuthNotOfferedError        401 on logon: the password was probably not checked
    │   └── ForbiddenError                  403: insufficient role, or blocked in between
    ├── SessionNotFoundError                404 on a session: unknown, or past the retention
    │   └── SessionGoneError                404 on a session that existed before
    └── UnexpectedResponseError             an invalid response
        ├── NotEnterpriseManagerError       another service answers
        ├── ServerTooOldError               Enterprise Manager without system sessions
        ├── RedirectError                   a redirect; redirects are not followed
        ├── UnexpectedStatusError           429, 5xx or another 4xx
        ├── ResponseTooLargeError           more bytes than the limit
        ├── ContentEncodingError            an unknown Content-Encoding, or corrupt data
        ├── TruncatedResponseError          fewer bytes than announced, or an incomplete document
        └── UnexpectedDocumentError         not the requested document

Errors do not render or log themselves; `str(error)` is the sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # errors load before the first paint, where no certificate is needed
    from emtui.em.certificate import Certificate


class EmError(Exception):
    """A failure as one sentence with the host and the next step."""


class ServerUnreachableError(EmError):
    """The server did not respond."""


class HostNotFoundError(ServerUnreachableError):
    """The host name does not resolve."""


class PortClosedError(ServerUnreachableError):
    """The port is closed."""


class ServerTimeoutError(ServerUnreachableError):
    """No connection or no response in time."""


class ConnectionFailedError(ServerUnreachableError):
    """The connection was closed before a response began."""


class SchemeMismatchError(ServerUnreachableError):
    """The port does not use TLS, or requires it."""


class ClientCertificateRequiredError(ServerUnreachableError):
    """The server requires a client certificate."""


class ProxyFailedError(ServerUnreachableError):
    """A proxy cannot be reached or refuses the connection."""


class InvalidSettingError(EmError):
    """A setting cannot be used; no request was sent."""


class InvalidAddressError(InvalidSettingError):
    """Not a valid server address or pin."""


class InvalidCaFileError(InvalidSettingError):
    """The CA file cannot be read."""


class CertificateUntrustedError(EmError):
    """The certificate is not trusted and needs a decision by the user. Nothing was sent."""

    def __init__(self, sentence: str, certificate: Certificate) -> None:
        super().__init__(sentence)
        self.certificate = certificate


class CertificateChangedError(CertificateUntrustedError):
    """The certificate is not the pinned one; `pinned` is the SHA-256 of the pinned one, in hex.

    `has_same_key` says whether the public key is unchanged; `None` if unknown.
    """

    def __init__(
        self, sentence: str, certificate: Certificate, pinned: str, has_same_key: bool | None = None
    ) -> None:
        super().__init__(sentence, certificate)
        self.pinned = pinned
        self.has_same_key = has_same_key

    @property
    def key_text(self) -> str:
        """Whether the public key has changed, as text."""
        match self.has_same_key:
            case True:
                return "its public key is the same, so it was probably renewed"
            case False:
                return "its public key has changed as well"
            case None:
                return "it is unknown whether its public key has changed"


class AccessDeniedError(EmError):
    """The server denies access."""


class LogonRefusedError(AccessDeniedError):
    """401 on logon: user or password. `user` is the name as sent."""

    def __init__(self, sentence: str, user: str) -> None:
        super().__init__(sentence)
        self.user = user


class BasicAuthNotOfferedError(AccessDeniedError):
    """401 on logon that does not offer Basic: the password was probably not checked."""


class ForbiddenError(AccessDeniedError):
    """403: insufficient role, or blocked by a firewall or proxy."""


class SessionNotFoundError(EmError):
    """404 on a session: unknown, or past the 30-day retention."""


class SessionGoneError(SessionNotFoundError):
    """404 on a session that existed before: deleted, or past the retention."""


class UnexpectedResponseError(EmError):
    """An invalid response."""


class NotEnterpriseManagerError(UnexpectedResponseError):
    """Another service answers on that port."""


class ServerTooOldError(UnexpectedResponseError):
    """Enterprise Manager without system sessions (404 on the list)."""


class RedirectError(UnexpectedResponseError):
    """A redirect; redirects are not followed."""


class UnexpectedStatusError(UnexpectedResponseError):
    """429, 5xx or an unexpected status. `retry_after` is in seconds, `None` if not given."""

    def __init__(self, sentence: str, status: int, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


class ResponseTooLargeError(UnexpectedResponseError):
    """More bytes than the limit."""


class ContentEncodingError(UnexpectedResponseError):
    """An unknown Content-Encoding, or corrupt compressed data."""


class TruncatedResponseError(UnexpectedResponseError):
    """Fewer bytes than announced, or an incomplete document."""


class UnexpectedDocumentError(UnexpectedResponseError):
    """Not the requested document."""
