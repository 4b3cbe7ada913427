"""What is usual for USD/CLP, estimated from the panel with its uncertainty, for the block `usdclp` of params.yaml.

`estimates` takes the panel and gives values with their bands (`resamples`); `block` writes them into params.yaml. No stage depends
on it.
"""
