"""The pipeline's stages: each reads params and files, calls the library, writes files."""

import sys

from forex.core.runtime import restart_pinned

if sys.orig_argv[1:2] == ["-m"] and sys.orig_argv[2].startswith("stages."):
    restart_pinned()
