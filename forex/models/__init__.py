"""One file per model; registry.py names them."""
