"""Commands of live use: fetch, issue, a day as a whole, past days."""
