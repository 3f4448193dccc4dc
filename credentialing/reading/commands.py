"""`flask --app app reading-report CLINIC`: how the machine did on what people confirmed, in lines of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from uuid import UUID

import click

from credentialing.reading.services import machine_report
from infra.db import Scope, unit_of_work


@click.command("reading-report")
@click.argument("clinic_id", type=click.UUID)
def reading_report_command(clinic_id: UUID) -> None:
    """Print precision and recall of readings by kind and by field, as people judged them in the last year."""
    with unit_of_work(Scope(tenant_id=clinic_id, actor_name="Onpanel")):
        report = machine_report()
    click.echo(json.dumps({"confirmed": report["confirmed"], "alone": report["alone"], "statuses": report["statuses"]}))
    for group in ("kinds", "fields"):
        for name, score in sorted(report[group].items()):
            shares = {"precision": score.precision, "recall": score.recall}
            click.echo(json.dumps({group[:-1]: name, **asdict(score), **shares}))


COMMANDS = (reading_report_command,)
