"""Comparing: a challenger with the incumbent, and one revision's metrics with another's.

It takes reports and gives verdicts with their reasons; readiness and the gate rest on it. No stage depends on it.
"""
