"""`make bench`: what fit and calibrate cost, beside what other libraries cost on the same origins."""

import os

UNPINNED = dict(os.environ)  # before `forex` pins CPU dispatch and threads: others run as their users would run them
