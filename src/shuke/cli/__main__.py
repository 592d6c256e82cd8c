"""`python -m shuke.cli` is the `shuke` command."""

import sys

from shuke.cli import main

sys.exit(main())
