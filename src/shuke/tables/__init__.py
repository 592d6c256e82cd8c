"""The contract: columns, types, units and meaning of every table that passes a door between rooms."""

from shuke.tables._contract import Column, Contract, Unit
from shuke.tables.facts import PURCHASES, REJECTS, TOUCHES
from shuke.tables.scores import SCORES
from shuke.tables.summary import SUMMARY

CONTRACTS = (PURCHASES, REJECTS, SUMMARY, SCORES, TOUCHES)

__all__ = ["CONTRACTS", "PURCHASES", "REJECTS", "SCORES", "SUMMARY", "TOUCHES", "Column", "Contract", "Unit"]
