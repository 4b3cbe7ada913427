"""The rules of alerts, one file each: what they look at, from which size they are INFO, WARNING or CRITICAL, and what they say.

`protocol` says how a file declares its rule, `registry` finds and evaluates them. Moves are shares of the value before. A rule on a
level or a window triggers where its severity rises, not for as long as it stays; a rule on one move triggers at each such move. A
row sees only itself and the rows above it.
"""
