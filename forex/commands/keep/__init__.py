"""Commands that look after the project: repairs, calendars, catalogues, the pages and schemas made from reports.

They take the project as it is and bring it to what it should be, or say what is wrong with it.
"""
