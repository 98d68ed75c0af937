"""`python -m emtui` and the `emtui` command."""

import sys

from emtui.cli import main

if __name__ == "__main__":
    sys.exit(main())
