"""Shuke 熟客."""
