"""Enterprise Manager's REST API for system sessions, as a library of its own.

`model` what a session, an event and a logon are · `errors` the drawn tree of
what can go wrong · `xml_codec` bytes to model · `logon`, `tls`, `client` the
conversation. Imports nothing of emtui.
"""

from __future__ import annotations

import sys

# httpx loads its own command line where click is installed, and rich with it: a sixth of a start for nothing
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # so that importing it fails
