"""The JSON Schemas of the reports, made from their models: `python -m forex.commands.keep.schema` renews them.

reports/schema/<name>.schema.json describes the file of that name.
"""

from pathlib import Path

from forex.calibration.report import Calibration
from forex.core.files import write_json
from forex.core.reports import Report, json_schema
from forex.evaluation.report import ValidationReport
from forex.forecast.report import Forecast
from forex.monitoring.alert_report import AlertsReport
from forex.monitoring.report import PerformanceReport
from forex.observations.manifest import Manifest
from forex.validation.report import Expectations

FOLDER = Path("reports/schema")

# The model of each report, by its path.
REPORTS: dict[Path, type[Report]] = {
    Path("data/calibration.json"): Calibration,
    Path("data/manifest.json"): Manifest,
    Path("reports/alerts.json"): AlertsReport,
    Path("reports/expectations.json"): Expectations,
    Path("reports/forecast.json"): Forecast,
    Path("reports/performance.json"): PerformanceReport,
    Path("reports/validation.json"): ValidationReport,
}


def schema_file(report: Path) -> Path:
    """The file of the schema that describes a report's file.

    >>> str(schema_file(Path("reports/forecast.json")))
    'reports/schema/forecast.schema.json'
    """
    return FOLDER / f"{report.stem}.schema.json"


if __name__ == "__main__":
    for report, model in REPORTS.items():
        write_json(schema_file(report), json_schema(model))
