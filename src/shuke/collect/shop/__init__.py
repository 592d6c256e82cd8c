"""The simulated shop: a dealership and its shops, whose customers act from traits that are kept beside as truth."""

from shuke.collect.shop.files import FILES
from shuke.collect.shop.seasons import LAST, OPENED
from shuke.collect.shop.shop import DEFAULT_CUSTOMERS, DEFAULT_SEED, SIZES, TABLES, Shop, unfinished

__all__ = ["DEFAULT_CUSTOMERS", "DEFAULT_SEED", "FILES", "LAST", "OPENED", "SIZES", "TABLES", "Shop", "unfinished"]
