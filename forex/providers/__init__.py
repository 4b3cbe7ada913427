"""Live data: one file per service, behind one protocol, and the one module that opens connections, `net`.

It takes the live store and the services' answers, screens what they say, and appends rows with the instant from which each was
known. No stage depends on it.
"""
