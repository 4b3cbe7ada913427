"""How a service is asked: the one module that asks the network, `net`, and the manners, limits and secrets of asking."""
