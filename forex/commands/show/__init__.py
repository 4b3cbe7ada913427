"""Commands that show what the last run says: they take its reports, change nothing, and give text or JSON."""
