"""What people look at: the dashboard with its charts, and the sheet, made from the reports alone.

It takes the typed reports and gives pages and pictures, the same bytes on every machine; `drawing` alone draws.
"""
