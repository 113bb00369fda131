"""The door: `python main.py --help`."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        from commands.dispatch import main
    except KeyboardInterrupt:           # as soon as the first import
        sys.exit(130)
    sys.exit(main(sys.argv[1:]))
