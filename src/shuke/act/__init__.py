"""What to do about it: how each customer is served, and why now."""

from shuke.act._book import STEPS, Book, Policy, unfair_terms
from shuke.act.policies import Policies

__all__ = ["STEPS", "Book", "Policies", "Policy", "unfair_terms"]
