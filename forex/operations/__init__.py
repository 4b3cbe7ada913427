"""operations.yaml: what only live use needs, one typed block per top-level key, read and checked as params.yaml is.

It takes the file and gives frozen blocks: whom to ask, how to send, when to run. No stage depends on it.
"""

from forex.operations.declared import declared_providers, provider_name
from forex.operations.fetch import Fetch, Network, Quote, Source
from forex.operations.file import OPERATIONS_FILE, Operations, check_bounds, check_times, load_operations
from forex.operations.ledger import Ledger
from forex.operations.mail import Mail, MaxAge, Smtp
from forex.operations.schedule import Job, Keep, Schedule

__all__ = [
    "OPERATIONS_FILE",
    "Fetch",
    "Job",
    "Keep",
    "Ledger",
    "Mail",
    "MaxAge",
    "Network",
    "Operations",
    "Quote",
    "Schedule",
    "Smtp",
    "Source",
    "check_bounds",
    "check_times",
    "declared_providers",
    "load_operations",
    "provider_name",
]
