"""The pipeline's stages: each reads params and files, calls the library, writes files."""

import forex  # noqa: F401  (pins the arithmetic before a stage loads numpy)
