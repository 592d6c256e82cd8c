"""The job that looks for duplicates: cards out of the records, compared, and the pairs back into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from django.urls import reverse

from shuke.crm.customers.models import Customer
from shuke.crm.jobs.worker import JobRun
from shuke.crm.merging.signs import Signs, all_signs
from shuke.crm.merging.writes_of_pairs import offer
from shuke.insight.linking import SCHEMA, gathered, pairs


def search(job: JobRun) -> Mapping[str, Any]:
    """Compare all cards and offer the pairs. Safe to run twice: pairs told apart stay so, others are found anew."""
    cards = pa.Table.from_batches(gathered(_told(job)), schema=SCHEMA)
    job.progress("comparing", 0, 0)
    found = pairs(cards)
    job.progress("offering", 0, len(found))
    stand = offer(offers=found, search=f"job-{job.job.pk}")
    return {"pairs": stand, "url": reverse("merging:list")}


def _told(job: JobRun) -> Iterator[Signs]:
    """The signs of all cards, telling how many were read."""
    total = Customer.objects.count()
    for done, signs in enumerate(all_signs()):
        if done % 1_000 == 0:
            job.progress("gathering", done, total)
        yield signs
