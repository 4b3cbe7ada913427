"""The block of the ledger of issued forecasts."""

from forex.params.types import Block, PositiveFloat


class Ledger(Block):
    """How long, in seconds, to wait while another process writes to the ledger."""

    lock_timeout: PositiveFloat
