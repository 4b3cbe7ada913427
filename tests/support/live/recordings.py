"""What the recorded answers of the real services say: values, dates and instants, or the error."""

import datetime as dt
from dataclasses import dataclass

from forex.core.errors import ProviderError, RequestRefused
from forex.providers.network.net import ServiceDown

Row = tuple[str, float, str]  # date, value, known at


@dataclass(frozen=True)
class Read:
    """code and dates that are asked for; the series of the template whose rule says when; first and last row, and how many."""

    code: str
    first: str
    last: str
    rule: str
    count: int
    begins: Row
    ends: Row


MARCH = ("2026-03-01", "2026-03-20")
RECENT = ("2026-02-17", "2026-03-18")
EVENING = "2026-02-27T21:00", "2026-03-12T21:00"


def bank(code: str, first: float, last: float) -> Read:
    return Read(code, *MARCH, "usdclp", 10, ("2026-03-02", first, EVENING[0]), ("2026-03-13", last, EVENING[1]))


def h10(code: str, first: float, last: float) -> Read:
    """Five business days later, where nothing else says when it was known."""
    ends = ("2026-03-13", last, "2026-03-20T20:15")
    return Read(code, *MARCH, "usd_broad", 10, ("2026-03-02", first, "2026-03-09T20:15"), ends)


def euro(code: str, first: float, last: float) -> Read:
    ends = ("2026-03-18", last, "2026-03-18T15:00")
    return Read(code, *RECENT, code.lower(), 22, ("2026-02-17", first, "2026-02-17T15:00"), ends)


def single(code: str, rule: str, day: str, value: float, known_at: str) -> Read:
    around = dt.date.fromisoformat(day) - dt.timedelta(days=7), dt.date.fromisoformat(day) + dt.timedelta(days=3)
    return Read(code, str(around[0]), str(around[1]), rule, 1, (day, value, known_at), (day, value, known_at))


READ = {
    "bcch/frankfurter_F073.TCO.PRE.Z.D.json": [bank("F073.TCO.PRE.Z.D", 871.41, 909.94)],
    "bcch/frankfurter_F072.CLP.BRL.N.O.D.json": [bank("F072.CLP.BRL.N.O.D", 169.61, 174.59)],
    "bcch/frankfurter_F072.CLP.CNY.N.O.D.json": [bank("F072.CLP.CNY.N.O.D", 127.03, 132.28)],
    "bcch/frankfurter_F072.CLP.EUR.N.O.D.json": [bank("F072.CLP.EUR.N.O.D", 1029.91, 1048.68)],
    "bcch/frankfurter_F072.CLP.GBP.N.O.D.json": [bank("F072.CLP.GBP.N.O.D", 1172.83, 1215.36)],
    "fred/frankfurter_DEXBZUS.json": [h10("DEXBZUS", 5.1901, 5.2914)],
    "fred/frankfurter_DEXCAUS.json": [h10("DEXCAUS", 1.3705, 1.3736)],
    "fred/frankfurter_DEXCHUS.json": [h10("DEXCHUS", 6.8821, 6.8961)],
    "fred/frankfurter_DEXINUS.json": [h10("DEXINUS", 91.47, 92.47)],
    "fred/frankfurter_DEXJPUS.json": [h10("DEXJPUS", 157.48, 159.54)],
    "fred/frankfurter_DEXKOUS.json": [h10("DEXKOUS", 1439.8, 1498.88)],
    "fred/frankfurter_DEXMXUS.json": [h10("DEXMXUS", 17.3667, 17.9437)],
    "fred/frankfurter_DEXNOUS.json": [h10("DEXNOUS", 9.5941, 9.7425)],
    "fred/frankfurter_DEXSZUS.json": [h10("DEXSZUS", 0.7797, 0.7898)],
    "fred/frankfurter_DEXTAUS.json": [h10("DEXTAUS", 31.51, 32.1)],
    "fred/frankfurter_DEXUSAL.json": [h10("DEXUSAL", 0.7067, 0.7004)],
    "fred/frankfurter_DEXUSEU.json": [h10("DEXUSEU", 1.169, 1.1444)],
    "fred/frankfurter_DEXUSNZ.json": [h10("DEXUSNZ", 0.593, 0.5804)],
    "fred/frankfurter_DEXUSUK.json": [h10("DEXUSUK", 1.3393, 1.324)],
    "ecb/frankfurter_ecb_recent.csv": [
        euro("BRL", 6.1788 / 1.1826, 6.0079 / 1.15),
        euro("EUR", 1 / 1.1826, 1 / 1.15),
        euro("ZAR", 19.032 / 1.1826, 19.4174 / 1.15),
    ],
    "mindicador/api_2016-11-05.json": [
        single("dolar", "usdclp", "2016-11-04", 650.72, "2016-11-03T21:00"),
        single("libra_cobre", "copper_bcch", "2016-11-04", 2.23, "2016-11-05T02:59"),
    ],
    "mindicador/dolar_2018-01-15.json": [single("dolar", "usdclp", "2018-01-15", 604.09, "2018-01-12T21:00")],
    "mindicador/dolar_2018-09.json": [
        Read(
            "dolar",
            "2018-09-01",
            "2018-09-30",
            "usdclp",
            9,
            ("2018-09-13", 691.06, "2018-09-12T21:00"),
            ("2018-09-28", 661.5, "2018-09-27T21:00"),
        )
    ],
    "mindicador/dolar_2022.json": [
        Read(
            "dolar",
            "2022-01-01",
            "2022-12-31",
            "usdclp",
            128,  # of 129 rows: 2022-04-19 stands there twice
            ("2022-01-03", 844.69, "2021-12-30T21:00"),
            ("2022-07-04", 934.54, "2022-07-01T22:00"),
        )
    ],
    "mindicador/fecha_offset_2024-05-20.json": [
        single("libra_cobre", "copper_bcch", "2024-05-20", 4.69, "2024-05-21T03:59")
    ],
    "mindicador/libra_cobre_from_api_2026-10-02.json": [
        single("libra_cobre", "copper_bcch", "2026-10-02", 6.56, "2026-10-03T02:59")
    ],
    "mindicador/findic_libra_cobre.json": [
        Read(
            "libra_cobre",
            "2026-09-01",
            "2026-10-05",
            "copper_bcch",
            3,
            ("2026-09-30", 6.55, "2026-10-01T02:59"),
            ("2026-10-02", 6.56, "2026-10-03T02:59"),
        )
    ],
    "jsdelivr/usd_2026.3.3.json": [single("eur", "eur", "2026-03-02", 0.854899, "2026-03-03T00:00")],
    "jsdelivr/usd_2026.3.5.json": [single("eur", "eur", "2026-03-04", 0.86030412, "2026-03-05T00:00")],
    "jsdelivr/usd_2026.9.25.json": [single("eur", "eur", "2026-09-24", 0.8795343, "2026-09-25T00:00")],
    "jsdelivr/usd_2026.9.26.json": [single("eur", "eur", "2026-09-25", 0.87786534, "2026-09-26T00:00")],
    "jsdelivr/usd_2026.9.28.json": [single("eur", "eur", "2026-09-25", 0.87803741, "2026-09-28T00:00")],
    "yahoo/AAPL_1d.json": [
        Read(
            "AAPL",
            "2026-09-01",
            "2026-10-05",
            "vix",
            4,
            ("2026-09-08", 316.22, "2026-09-08T20:15"),
            ("2026-09-29", 329.4, "2026-09-29T20:15"),
        )
    ],
    "yahoo/EURUSD=X_1d.json": [
        Read(
            "EURUSD=X",
            "2019-12-01",
            "2020-01-10",
            "eur",
            3,
            ("2019-12-31", 1.1220826, "2020-01-02T00:00"),
            ("2020-01-02", 1.1171438, "2020-01-04T00:00"),
        )
    ],
    "yahoo/GC=F_1d.json": [single("GC=F", "copper_comex", "2020-01-02", 1524.5, "2020-01-02T22:00")],
}

# file, status that it came with, code: what is raised and said
REFUSED = [
    ("bcch/bad_credentials.json", 200, "F073.TCO.PRE.Z.D", RequestRefused, r"-5: Invalid .* Check BCCH_USER"),
    (
        "bcch/internal_error.json",
        200,
        "F000.XXX",
        RequestRefused,
        r"F000.XXX: refused with -50: .*is F000.XXX right in",
    ),
    (
        "fred/err_vintages.json",
        400,
        "DGS2",
        RequestRefused,
        r"fred DGS2: .*status 400: Bad Request\. There are 5106 vintage",
    ),
    ("ecb/err_404.json", 404, "XXX", RequestRefused, r"status 404: No results found\."),
    ("ecb/pln_dataonly.csv", 200, "PLN", ProviderError, r"ecb PLN: 1 rates over the euro and none of the dollar"),
    ("yahoo/err_404.json", 404, "XX=F", RequestRefused, r"status 404: No data found, symbol may be delisted"),
    ("yahoo/err_404.json", 200, "XX=F", RequestRefused, r"yahoo XX=F: refused: No data found, symbol may be delisted"),
    ("yahoo/err_422.json", 422, "HG=F", RequestRefused, r"status 422: 5m data not available for startTime"),
    ("yahoo/err_429.txt", 429, "HG=F", ServiceDown, r"status 429, too many requests"),
]

# file, code, instant: the price that had stood, and since when
PRICES = [
    ("yahoo/AAPL_5m.json", "AAPL", "2026-10-05T14:00", 334.275, "2026-10-05T14:00"),
    ("yahoo/AAPL_5m.json", "AAPL", "2026-10-05T13:57", 334.93, "2026-10-05T13:55"),
    ("yahoo/BTC-USD_5m.json", "BTC-USD", "2026-10-05T14:00", 86460.273, "2026-10-05T14:00"),
]
