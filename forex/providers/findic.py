"""findic.cl: the indicators of the Banco Central in the form of mindicador.cl, by other people on another machine; no key.

GET /api/{code}/{year} answers what mindicador's does, with `fecha` as a date without time: "2026-10-02". A date means what it means
there, and copper is rounded to cents as there.
"""

from forex.providers.mindicador import Mindicador
from forex.providers.protocol import Declaration


class Findic(Mindicador):
    """Asks findic.cl as mindicador.cl is asked."""

    name = "findic"


PROVIDER = Declaration(Findic)
