"""The tables that treasurers read, in Spanish: the same figures as in English, with decimal commas, and no word of English left."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from forex.commands.judge import check
from forex.commands.show import alerts, forecast, nowcast, regime, scoreboard, status
from forex.commands.words import ENGLISH, Words
from forex.core.reports import plain
from forex.core.sentence import sentence
from forex.evaluation import findings
from forex.forecast.conditions import sentences
from forex.monitoring.grounds import in_words
from forex.monitoring.report import AlarmFinding, FigureFinding
from forex.monitoring.watched import BIAS, CRPS, ERROR
from forex.regimes.advice import recommendation
from forex.regimes.regimes import STRESSED
from tests.support.forecasts_made_up import forecast as made_up_forecast
from tests.support.reports_made_up import validation

SPANISH = Words("es")
# Where one of these is left, somebody forgot a translation; words of code, files and mathematics are not among them.
ENGLISH_WORDS = re.compile(
    r"\b(the|of|and|from|with|without|above|below|not|evaluated|business|days?|rows?|none|forecasts?|interval|made|median|"
    r"rises|came|out|anchor|missing|ledger|regime|origin|since|until|horizon|series|quote|all|right|direction|NORMAL|WARNING|"
    r"CRITICAL|GOOD|PASS|FAIL|NOT_EVALUATED|INSUFFICIENT_DATA|HIGH_VOL|rule|verdict|found|against|covers|outcomes)\b"
)

ENTRY: dict[str, Any] = {
    "target_date": "2025-01-03",
    "steps": 1,
    "median": 1005.286,
    "intervals": {"0.5": [996.65, 1002.91], "0.95": [990.27, 1009.37]},
    "probability_of_rise": 0.763,
    "quantiles": {},
    "actual": None,
}
FORECAST: dict[str, Any] = {
    "origin_date": "2025-01-02",
    "anchor": 996.46,
    "regime": "HIGH_VOL",
    "horizons": {
        "1d": {**ENTRY, "probability_above": {"1000": 0.004}, "probability_below": {"950.5": 0.999}},
        "7d": {**ENTRY, "actual": 999.1, "probability_above": {"1000": 0.4}, "probability_below": {"950.5": 0.1}},
    },
}
ROW = {"copper_move": 0.05, "copper_correlation": -0.4, "copper_correlation_broken": 0}
RECORD: dict[str, Any] = {"n": 3000, "r2": 0.3, "r2_se": 0.02, "direction": 0.7, "direction_se": None}
MOVED: dict[str, Any] = {
    "origin_date": "2025-01-02",
    "anchor": 996.46,
    "moves": {"1d": 1.5, "7d": 2.5, "15d": 2.5},
    "series": {
        "usdclp_close": {
            "value": 1001.5,
            "date": "2025-01-02",
            "business_days": 0,
            "quote": True,
            "moves": {"1d": 1.5, "7d": 2.5, "15d": 2.5},
        },
        "brl": {
            "value": None,
            "date": None,
            "business_days": None,
            "quote": False,
            "moves": {"1d": 0, "7d": 0, "15d": 0},
        },
    },
    "record": {
        "1d": {
            **RECORD,
            "series": {"brl": {"r2": 0.1}},
            "by_year": {"2024": RECORD},
            "by_quote": {"live": RECORD, "none": RECORD},
        }
    },
}


def figures(text: str) -> list[str]:
    """The numbers of a text in order, with points; days in words have none."""
    days = r"\d{4}-\d\d-\d\d(T[\d:]+Z)?|\d{1,2} (ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic) \d{4}"
    without_days = re.sub(days, "", " ".join(text.split()))
    return sorted(number.replace(",", ".") for number in re.findall(r"\d+(?:[.,]\d+)?", without_days))


def told(text: Callable[..., str], content: Mapping[str, Any]) -> str:
    """The content in Spanish, which has the same figures as in English."""
    spanish, english = text(content, SPANISH), text(content, ENGLISH)
    assert figures(spanish) == figures(english)
    assert not ENGLISH_WORDS.search(spanish), ENGLISH_WORDS.search(spanish)
    assert not re.search(r"\d\.\d", spanish)
    return spanish


def test_the_forecast() -> None:
    assert told(forecast.text, FORECAST).split("\n") == [
        "Dólar observado, pesos por dólar. Hecho el 2 ene 2025, último observado conocido 996,46, régimen alta volatilidad.",
        "",
        "    vigente el  mediana    intervalo 50 %    intervalo 95 %  sube  sobre 1000  bajo 950,5  resultó",
        "1d  2025-01-03  1005,29  996,65 - 1002,91  990,27 - 1009,37  76 %       < 1 %      > 99 %",
        "7d  2025-01-03  1005,29  996,65 - 1002,91  990,27 - 1009,37  76 %        40 %        10 %   999,10",
    ]


def test_the_nowcast() -> None:
    lines = told(nowcast.text, MOVED).split("\n")
    assert lines[0] == "Nowcast del 2 ene 2025: qué lo mueve desde el último observado conocido, 996,46."
    head, _, quote, real = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:6])
    assert head[4:] == ["1d, CLP", "7d a 15d, CLP", "R² 1d, puntos"]
    assert quote[:5] == ["cierre interbancario del peso", "1001,5", "2025-01-02", "0", "+1,50"]
    assert real[0] == "real brasileño" and real[3] == "ninguna"


def test_the_scoreboard() -> None:
    made = validation()
    content = {
        "origins_from": "2010-01-01",
        "levels": list(made.levels),
        "horizons": {},
        "acceptance": scoreboard.acceptance(made),
        "said": [plain(said) for said in (findings.gain(made), findings.without_evidence(made)) if said],
    }
    said = told(scoreboard.text, content)
    assert said.startswith("No ha vencido ningún pronóstico hecho desde el 1 ene 2010.")
    assert "cobertura del intervalo de 95 %" in said and "no aceptado" in said and "; se acepta entre " in said


FINDINGS = [
    AlarmFinding(horizon="1d", status="DEGRADED", since="2024-10-01", raised="2024-11-20", ended=None, peak=30.0),
    *(
        FigureFinding(horizon="7d", status="CRITICAL", window=60, figure=name, change_pct=31.4, p=1e-06, holm_p=3.3e-05)
        for name in (CRPS, ERROR, BIAS, "coverage_80")
    ),
]


def test_the_check() -> None:
    reasons = [{"kind": "degraded", **plain(in_words(finding))} for finding in FINDINGS]
    content = {
        "state": "FAULT",
        "as_of": "2024-11-27",
        "performance": "GOOD",
        "found": [{"rule": "monitor", "state": "FAULT", **plain(sentence("no value"))}],
        "reasons": reasons,
        "monitor": {},
        "unjudged": {},
        "verified": None,
        "acceptance": scoreboard.acceptance(validation()),
    }
    lines = check.text(content, SPANISH).split("\n")
    assert lines[1].startswith("1d, degradado: los intervalos fallan más de lo que dicen")
    assert (
        "7d, crítico: CRPS 31 % mayor que antes, en los últimos 60 pronósticos vencidos (p de Holm: 0,000033)" in lines
    )
    assert not any(ENGLISH_WORDS.search(line) for line in lines)
    fine = check.text({**content, "state": "OK", "found": [], "reasons": []}, SPANISH).split("\n")[0]
    assert fine == "en orden: al 27 nov 2024, desempeño bueno, se cumplen 3 de 7 reglas de aceptación"


def test_conditions_and_recommendations() -> None:
    said = [SPANISH.say(condition) for condition in sentences(made_up_forecast().conditions)]
    said += [SPANISH.say(recommendation({"regime": name, **ROW})) for name in (*STRESSED, "NORMAL", "UNKNOWN")]
    assert len(set(said)) == len(said) and not any(ENGLISH_WORDS.search(text) for text in said)


def signal(name: str, verdict: str) -> dict[str, Any]:
    return {"name": name, "verdict": verdict, "sentence": {"says": "no value", "text": "no value", "values": {}}}


def test_the_regime() -> None:
    content = {
        "origin_date": "2025-01-02",
        "regime": "HIGH_VOL",
        "since": "2024-12-30",
        "stressed_since": "2024-12-20",
        "confidence": 0.87,
        "confidence_days": 5,
        "recommendation": plain(recommendation({"regime": "HIGH_VOL"})),
        "signals": [
            signal("volatility", "ON"),
            signal("copper link", "NOT_EVALUATED"),
            signal("policy meeting", "OFF"),
        ],
        "multipliers": {"1d": 1.0, "7d": 1.25},
        "widening": {
            "level": 0.95,
            "share": 0.9,
            "regimes": {
                "HIGH_VOL": {"assumed_before": [1.5, 2.5], "horizons": {"1d": {"median": 1.6, "range": [1.0, 2.0]}}}
            },
        },
        "next_meeting": None,
        "calendars": {
            "covered": False,
            "meetings": ["2000-01-13", "2024-12-17"],
            "interventions": ["2000-01-01", "2024-12-31"],
        },
    }
    said = told(regime.text, content)
    assert said.startswith(
        "Régimen el 2 ene 2025: alta volatilidad, desde el 30 dic 2024 (sin un día de calma desde el "
    )
    assert "vínculo con el cobre         " in said and "no evaluado  sin valores" in said
    assert "Multiplicador del ancho de los intervalos: 1,000 a 1d, 1,250 a 7d." in said


def test_the_status() -> None:
    made = plain(made_up_forecast())
    content = {
        "as_of": "2024-11-27",
        "as_of_in_params": "2024-11-28",
        "origin_date": "2024-11-27",
        "made_at": "2024-11-27T18:00:00Z",
        "anchor": {"value": 975.06, "date": "2024-11-27", "business_days": 1},
        "regime": {"call": "NORMAL", "confidence": 0.99},
        "missing": [],
        "flagged": [{"series": "brl", "why": {"says": "hardly moves", "text": "hardly moves", "values": {}}}],
        "stale": [{"series": "mxn", "business_days": 2}],
        "conditions": made["conditions"],
        "warnings": [],
        "unlisted_files": ["notas.csv"],
        "quarantine": [{"series": "usdclp", "reason": "not_a_business_day", "rows": 37}],
        "ledger": {"rows": 5, "last_origin": "2024-11-26", "newest_issued": False},
        "last_matured": {"1d": {"status": "GOOD", "forecasts": 60, "coverage": {"80": 0.75}}},
    }
    said = told(status.text, content)
    assert "real brasileño (casi no se mueve)" in said and "peso mexicano (antigüedad en días hábiles: 2)" in said
    assert "37 dólar observado en un día que no es hábil" in said
    assert "5 filas, último emitido el 2024-11-26; el último pronóstico no se ha emitido" in said
    assert "bueno: 75 % al nivel 80 %; últimos 60 vencidos" in said


def test_alerts_of_a_made_up_market(tmp_path: Path) -> None:
    from tests.report.test_monitors import alerts as report
    from tests.report.test_monitors import storm

    made = report(storm(0.05))
    content = {
        "at": made.at,
        "since": made.first,
        "send": plain(made.send),
        "alerts": [plain(alert) for alert in made.alerts],
        "not_evaluated": {kind: plain(why) for kind, why in made.not_evaluated.items()},
    }
    said = told(alerts.text, content)
    assert "crítico  salto de la volatilidad" in re.sub(" +", " ", said).replace("crítico ", "crítico  ")
    assert "Mensaje en el último pronóstico: sí, crítico: salto de la volatilidad." in said


@pytest.mark.parametrize("width", [70, 80, 100])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    narrow = Words("es", width=width)
    for text in (forecast.text(FORECAST, narrow), nowcast.text(MOVED, narrow)):
        assert max(map(len, text.split("\n"))) <= width
