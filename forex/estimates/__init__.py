"""What is usual for USD/CLP, estimated from the panel with its uncertainty, for the block `usdclp` of params.yaml.

No stage depends on it.
"""
