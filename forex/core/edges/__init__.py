"""What stands between this project and everything that it reads: files, options, other revisions, what services say.

Each module takes text or a path from outside and gives back something known, or ends with one of `forex.core.errors`: in time, with
the name of the limit that was passed, and before anything is parsed. docs/reference/limits.md says which input meets which of them.
"""
