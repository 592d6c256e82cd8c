"""The contract: columns, types, units and meaning of every table that passes a door between rooms."""

from shuke.tables._contract import Column, Contract, Unit
from shuke.tables.facts import PURCHASES, REJECTS, TOUCHES
from shuke.tables.scores import SCORES
from shuke.tables.shop import SHOP_PURCHASES
from shuke.tables.shop_truth import SHOP_TRUTH
from shuke.tables.summary import SUMMARY

SHOP_TABLES = (SHOP_PURCHASES, SHOP_TRUTH)
"""What the simulated shop writes; the last is the truth."""
CONTRACTS = (PURCHASES, REJECTS, SUMMARY, SCORES, TOUCHES, *SHOP_TABLES)

__all__ = [
    "CONTRACTS",
    "PURCHASES",
    "REJECTS",
    "SCORES",
    "SHOP_PURCHASES",
    "SHOP_TABLES",
    "SHOP_TRUTH",
    "SUMMARY",
    "TOUCHES",
    "Column",
    "Contract",
    "Unit",
]
