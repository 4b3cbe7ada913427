"""Commands that show what the last run says."""
