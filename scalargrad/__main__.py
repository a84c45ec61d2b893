"""Run the command line as `python -m scalargrad`."""

import sys

from scalargrad.cli import main

if __name__ == "__main__":
    sys.exit(main())
