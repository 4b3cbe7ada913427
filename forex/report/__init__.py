"""What people look at: the dashboard and its charts, the sheet, made from the reports alone.

It takes the typed reports and gives pages and pictures, the same bytes on every machine; `charts` alone draws.
"""
