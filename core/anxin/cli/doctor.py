"""`anxin doctor`: every setting explained, every failed precondition in one line."""

from dataclasses import dataclass
from pathlib import Path

import click

from anxin.cli.options import data_option, json_option, print_json
from anxin.embedded.preconditions import Check, before_start, data_folder, of_servers, python_version
from anxin.settings import Described, Settings, SettingsError


@dataclass(frozen=True)
class Diagnosis:
    checks: list[Check]
    settings: list[Described]

    @property
    def healthy(self) -> bool:
        return all(check.holds for check in self.checks)


@click.command()
@data_option
@json_option
def doctor(data: Path | None, as_json: bool) -> None:
    """Explain every setting and every failed precondition.

    Changes nothing. Secrets are never printed; keys are shown by a fingerprint. Exit code 1 when something
    fails.

    \b
    Examples:
      anxin doctor
      anxin doctor --data /srv/anxin --json
    """
    found = diagnose(data)
    if as_json:
        checks = [check._asdict() for check in found.checks]
        print_json(
            {"ok": found.healthy, "checks": checks, "settings": [item._asdict() for item in found.settings]}
        )
    else:
        _print(found)
    if not found.healthy:
        raise click.exceptions.Exit(1)


def diagnose(data: Path | None) -> Diagnosis:
    try:
        settings = Settings.load(data, create=False)
    except SettingsError as error:
        return Diagnosis([python_version(), Check("settings", False, str(error))], [])
    checks = [Check("settings", True, "all readable"), *before_start(settings)]
    if data_folder(settings.data_dir).holds:
        checks += of_servers(settings)
    return Diagnosis(checks, settings.describe())


def _print(found: Diagnosis) -> None:
    for check in found.checks:
        click.echo(f"{'ok  ' if check.holds else 'FAIL'}  {check.name:<9} {check.line}")
    click.echo("")
    for item in found.settings:
        variable = f"{item.variable} = " if item.variable else f"{item.name}: "
        click.echo(f"{variable}{item.value or '(empty)'}   [{item.source}]")
        click.echo(f"    {item.meaning}")
