"""Commands that look after the project: repairs, calendars, catalogues, the pages and schemas made from reports.

They take the project as it is and give it back as it should be, or say what is not.
"""
