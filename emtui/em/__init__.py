"""Enterprise Manager's REST API for system sessions, as a library. Imports nothing else of emtui.

`client` is the entry point: it logs on (`logon`), requests sessions and events (`http_requests` over
`transport`, `tls` and `network_backend`) and returns values of `model`. `xml_codec` parses responses.
`errors` has all exceptions, as a tree.
"""

from __future__ import annotations

import sys

# httpx loads its own command line where click is installed, and rich with it: a sixth of the start-up time
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # so that importing it fails
