"""Where the interpreter starts. Everything else is in modules, since only those are compiled beforehand."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from serve import main

os._exit(main())  # nobody waits for an interpreter to tidy up; what was to be said is flushed
