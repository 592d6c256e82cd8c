"""The simulated shop: a dealership and its shops, whose customers act from traits that are kept beside as truth."""

from shuke.collect.shop.shop import SIZES, Shop

__all__ = ["SIZES", "Shop"]
