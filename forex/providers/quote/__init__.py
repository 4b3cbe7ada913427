"""The market's quote at the cut-off: asked for live and from its history, and judged before it is stored."""
