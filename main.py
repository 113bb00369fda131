"""The door: `python main.py --help`."""

import os
import sys

from commands.dispatch import main

if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(main(sys.argv[1:]))
