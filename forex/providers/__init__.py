"""Clients of the services that publish the series, each behind `Provider`."""
