"""``python operator/main.py``: the operator of one cluster. ``--help`` names every option."""

import sys

from ngf_operator.builders import RECIPES
from ngf_operator.running import main

if __name__ == "__main__":
    sys.exit(main(None, RECIPES))
