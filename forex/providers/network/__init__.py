"""How a service is asked: the one module that opens connections, `net`, and the manners, limits and secrets of asking."""
