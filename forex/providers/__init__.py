"""Live data: one file per service, behind one protocol, and the one module that asks the network, `network.net`.

It takes the live store and the services' answers, screens what they say, and appends rows with the instant from which each was
known. No stage depends on it.

A service's file holds a class that is a `protocol.Provider`, and PROVIDER, its `protocol.Declaration`. The file's name is what
operations.yaml calls it: its address stands in fetch.providers, its host in fetch.network.hosts, its codes in fetch.series.
"""
