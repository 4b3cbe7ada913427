"""The documentation as a site: `python -m forex.commands.keep.site FOLDER` makes what MkDocs builds from.

These are the pages of the repository, in their places, and the parts of the reference that come from the code: `commands` from the
command line, `keys` from the typed blocks of params.yaml and operations.yaml, `reports` from the reports' schemas, `api` from the
packages. `packages` draws the order of the packages from its contract.
"""
