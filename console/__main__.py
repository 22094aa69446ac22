"""So that `python -m console` is `cathlab`, where a scripts folder is not on the path."""

import sys

from console.cli import main

if __name__ == "__main__":
    sys.exit(main())
