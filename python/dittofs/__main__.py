"""python3 -m dittofs COMMAND: `python3 -m dittofs --help` lists the commands."""

import sys

from dittofs.cli import main

if __name__ == "__main__":
    sys.exit(main())
