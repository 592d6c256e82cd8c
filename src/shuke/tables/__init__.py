"""The contract: columns, types, units and meaning of every table that passes a door between rooms."""

from shuke.tables._contract import Column, Contract, Unit
from shuke.tables.answers import LISTED, PAYMENTS, PRODUCTS, REFERRALS, SURVEYS
from shuke.tables.classes import QUADRANT, TYPE
from shuke.tables.facts import PURCHASES, REJECTS, TOUCHES
from shuke.tables.indicators import INDICATORS
from shuke.tables.measures import FORECASTS, MEASURES, is_measure, period_measure, period_of
from shuke.tables.scores import SCORES, SCORES_KEPT
from shuke.tables.shop import (
    SHOP_BRANCHES,
    SHOP_CAMPAIGN_MEMBERS,
    SHOP_CAMPAIGNS,
    SHOP_COMPLAINTS,
    SHOP_CONTRACTS,
    SHOP_CUSTOMERS,
    SHOP_PAYMENTS,
    SHOP_PRODUCTS,
    SHOP_PURCHASES,
    SHOP_REFERRALS,
    SHOP_STAFF,
)
from shuke.tables.shop_surveys import SHOP_SURVEYS
from shuke.tables.shop_truth import SHOP_TRUTH
from shuke.tables.sources import SOURCES
from shuke.tables.standing import ALARM, CREDIT, LOYALTY, SATISFACTION, SIGNS, STABILITY
from shuke.tables.summary import SUMMARY
from shuke.tables.traits import TRAIT_COLUMNS, TRAITS

SHOP_TABLES = (
    SHOP_CUSTOMERS,
    SHOP_BRANCHES,
    SHOP_STAFF,
    SHOP_PRODUCTS,
    SHOP_PURCHASES,
    SHOP_COMPLAINTS,
    SHOP_SURVEYS,
    SHOP_REFERRALS,
    SHOP_CAMPAIGNS,
    SHOP_CAMPAIGN_MEMBERS,
    SHOP_PAYMENTS,
    SHOP_CONTRACTS,
    SHOP_TRUTH,
)
"""What the simulated shop writes, beside TOUCHES; the last is the truth."""
CONTRACTS = (
    PURCHASES,
    REJECTS,
    SUMMARY,
    INDICATORS,
    SIGNS,
    TRAITS,
    SCORES,
    TOUCHES,
    SURVEYS,
    PAYMENTS,
    PRODUCTS,
    REFERRALS,
    LISTED,
    SOURCES,
    *SHOP_TABLES,
)

__all__ = [
    "ALARM",
    "CONTRACTS",
    "CREDIT",
    "FORECASTS",
    "INDICATORS",
    "LISTED",
    "LOYALTY",
    "MEASURES",
    "PAYMENTS",
    "PRODUCTS",
    "PURCHASES",
    "QUADRANT",
    "REFERRALS",
    "REJECTS",
    "SATISFACTION",
    "SCORES",
    "SCORES_KEPT",
    "SHOP_BRANCHES",
    "SHOP_CAMPAIGNS",
    "SHOP_CAMPAIGN_MEMBERS",
    "SHOP_COMPLAINTS",
    "SHOP_CONTRACTS",
    "SHOP_CUSTOMERS",
    "SHOP_PAYMENTS",
    "SHOP_PRODUCTS",
    "SHOP_PURCHASES",
    "SHOP_REFERRALS",
    "SHOP_STAFF",
    "SHOP_SURVEYS",
    "SHOP_TABLES",
    "SHOP_TRUTH",
    "SIGNS",
    "SOURCES",
    "STABILITY",
    "SUMMARY",
    "SURVEYS",
    "TOUCHES",
    "TRAITS",
    "TRAIT_COLUMNS",
    "TYPE",
    "Column",
    "Contract",
    "Unit",
    "is_measure",
    "period_measure",
    "period_of",
]
