"""The stand-in without manage.py: `python -m complaints.dumas.sandbox`."""

import sys

from complaints.dumas.sandbox import main

sys.exit(main(sys.argv[1:]))
