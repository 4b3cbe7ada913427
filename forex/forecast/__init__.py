"""The newest origin's forecast in full: its report, the fan from day to day, and how it compares with what is usual."""
