"""Commands that look after the project: repairs, calendars, the pages made from reports."""
