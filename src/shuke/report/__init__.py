"""What a run says to people: scores as a file in major units and sentences, and the printed report."""

from shuke.report.files import SUFFIXES, write_scores
from shuke.report.printed import report

__all__ = ["SUFFIXES", "report", "write_scores"]
