"""The regimes that may be called, one file each: when one is on, the signals behind it, and what it means for a treasurer.

`protocol` says how a file declares its regime, `registry` finds them.
"""
