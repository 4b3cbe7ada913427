"""The log of a job shows no credential, plain or as it stands in an address, and hides nothing else."""

from pathlib import Path

from forex.schedule.run import Log


def test_secrets_are_hidden_in_both_forms_and_settings_are_not(tmp_path: Path) -> None:
    path = tmp_path / "check/2024-11-27.log"
    log = Log(path, {"BCCH_TOKEN": "a1b2 c3d4", "FOREX_SMTP_PORT": "587"})
    log.take("Token a1b2 c3d4, ?token=a1b2%20c3d4, token=a1b2+c3d4, port 587")
    assert path.read_text(encoding="utf-8") == "Token ***, ?token=***, token=***, port 587\n"
