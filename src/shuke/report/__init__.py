"""What a run says to people: scores as a file in major units and sentences, and the printed report."""

from shuke.report.cohorts import cohorts_report
from shuke.report.files import SUFFIXES, public_schema, write_scores
from shuke.report.layout import columns_of_text
from shuke.report.measures import measure_name
from shuke.report.models import models_report
from shuke.report.printed import report
from shuke.report.results import Group, Result, RunSummary

__all__ = [
    "SUFFIXES",
    "Group",
    "Result",
    "RunSummary",
    "cohorts_report",
    "columns_of_text",
    "measure_name",
    "models_report",
    "public_schema",
    "report",
    "write_scores",
]
