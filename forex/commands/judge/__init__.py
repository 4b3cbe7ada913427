"""Commands whose exit code is a verdict, and what may follow from one."""
