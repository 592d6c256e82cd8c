"""Schemathesis over the whole API: what the OpenAPI document promises holds for thousands of requests, good and bad."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
import schemathesis
from django.utils import translation
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.modes import GenerationMode

from shuke.crm.api.operations import SCOPES
from shuke.crm.people.models import User
from shuke.crm.people.tokens import make
from shuke.web.api import OPERATIONS, the_document
from shuke.web.wsgi import application

EXAMPLES = 3
"""For each operation, of each kind (good requests, bad ones)."""
_TURNS = count()
"""Two of three good requests are sent to what there is."""


def _schema() -> Any:
    with translation.override("en"):
        schema = schemathesis.openapi.from_dict(the_document(), config=SchemathesisConfig())
    schema.app = application
    # A request that fits the schema may still not fit the records: another has the key, the token is no more.
    schema.config.checks.positive_data_acceptance.enabled = False
    return schema


@pytest.fixture
def token(owner: User) -> str:
    return make(user=owner, name="everything", scopes=SCOPES, days=None, by=owner)[1]


schema = _schema()


# The client of WSGI that schemathesis brings leaves files open.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_what_the_document_promises(case: Any, token: str, parts: dict[str, Any]) -> None:
    if case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE:
        known = {name: parts[name] for name in case.path_parameters if name in parts}
        case.path_parameters.update({name: value for name, value in known.items() if next(_TURNS) % 3})
    case.call_and_validate(
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "en", "Accept-Encoding": "identity"}
    )


def test_no_operation_is_left_out() -> None:
    assert len(list(schema.get_all_operations())) == len(OPERATIONS)
