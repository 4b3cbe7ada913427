"""Commands that bring the forecast to people."""
