"""The block of the ledger of issued forecasts."""

from forex.params.types import Block, PositiveFloat


class Ledger(Block):
    lock_timeout: PositiveFloat
