"""The contract: columns, types, units and meaning of every table that passes a door between rooms."""

from shuke.tables._contract import Column, Contract, Unit
from shuke.tables.facts import PURCHASES, REJECTS, TOUCHES
from shuke.tables.scores import SCORES
from shuke.tables.sources import SOURCES
from shuke.tables.summary import SUMMARY

CONTRACTS = (PURCHASES, REJECTS, SUMMARY, SCORES, TOUCHES, SOURCES)

__all__ = ["CONTRACTS", "PURCHASES", "REJECTS", "SCORES", "SOURCES", "SUMMARY", "TOUCHES", "Column", "Contract", "Unit"]
