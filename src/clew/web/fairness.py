"""Who is flagged, missed and wrongly flagged, by every rule and model: for whoever may see the models."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Request
from starlette.responses import Response

from clew.leads.classing.card import shown as model_share
from clew.leads.classing.telling import told
from clew.safeguards.fairness import shown, table
from clew.safeguards.fairness_kept import MODEL
from clew.web.downloads import csv_answer
from clew.web.models import HEIGHT, LEFT, TOP, WIDTH, curve
from clew.web.pages import page
from clew.web.visit import Visitor

router = APIRouter()


@router.get("/fairness")
def fairness(request: Request, visit: Visitor) -> Response:
    models = visit.desk.models(visit.actor)
    return page(
        request,
        "fairness.html",
        report=visit.desk.fairness_shown(visit.actor),
        audited=visit.desk.fairness_audited(visit.actor),
        names={MODEL + row.digest: row.model.name for row in models.models},
        models=[(row, curve(row.model.measured) if row.model.measured else None) for row in models.models],
        bound=models.bound,
        size=(WIDTH, HEIGHT, LEFT, TOP),
        shown=shown,
        model_share=model_share,
        told=told,
    )


@router.get("/fairness.csv")
def fairness_table(visit: Visitor) -> Response:
    """Rates of rules, models and the class given, as the page shows them; numbers of few are empty."""
    report, audited = visit.desk.fairness_shown(visit.actor), visit.desk.fairness_audited(visit.actor)
    if report is None:
        return csv_answer("fairness", ("flag", "by", "group"), ())
    rates = table(report)
    if audited is not None:
        kept = table(audited.report)
        rates = pa.concat_tables([rates, kept.filter(pc.not_equal(kept["by"], "all"))])
    return csv_answer("fairness", tuple(rates.column_names), (tuple(row.values()) for row in rates.to_pylist()))
