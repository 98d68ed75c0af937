"""Start emtui from the folder that its single file was unpacked into; run with `-I -S` by single-file.sh."""

import os
import sys

folder = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - start-up time
sys.path.append(f"{folder}/packages-{sys.version_info.major}.{sys.version_info.minor}")

_CA_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Red Hat
    "/etc/ssl/ca-bundle.pem",  # SUSE
)
if os.path.isdir(f"{folder}/python") and not os.path.isdir("/usr/lib/ssl/certs"):  # noqa: PTH112 - the same
    # A Python from another distribution looks for the computer's certificate authorities in the wrong place.
    for path in _CA_FILES:
        if os.path.isfile(path):  # noqa: PTH113 - the same
            os.environ.setdefault("SSL_CERT_FILE", path)
            break

from emtui.__main__ import main  # noqa: E402 - found there

sys.exit(main())
