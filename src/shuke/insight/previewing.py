"""What a changed definition would do to the customers of the run in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shuke.classify import Preview, preview
from shuke.crm.scores.models import Run
from shuke.engines import open_engine
from shuke.insight.cycles import Parameters
from shuke.insight.facts import business_ledger


def previewed(run: Run, code: str, body: Mapping[str, Any]) -> Preview | None:
    """Who would move; None where the run's scores are not kept in the ledger.

    Raises DefinitionError, and InputError where the definition wants a figure that scores do not keep.
    """
    ledger, told = business_ledger(), Parameters.from_json(run.parameters)
    if run.run_id not in {kept.run_id for kept in ledger.runs()}:
        return None
    with open_engine() as engine:
        scores = ledger.scores(engine, run.run_id)
        definitions = told.definitions
        if "pyramid" not in definitions:
            definitions = definitions | {"pyramid": told.settings.pyramid.definition()}
        return preview(
            scores, code, body, definitions=definitions, horizon_days=run.horizon_days, ranked_by=told.ranked_by
        )
