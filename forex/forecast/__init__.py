"""The newest origin's forecast in full: its report, the ladder, the fan from day to day, and how it compares with what is usual."""
