"""How well does each classification recover what is true of the simulated shop's customers?

    make accuracy                        forecasts (accuracy.py), then this, on 20,000 customers; N= for others
    make accuracy DOCS=1                 writes the tables into docs/accuracy.md and docs/guides/classification.md, and
                                         into their translations
    python benchmarks/accuracy_of_classes.py --customers 5000

The truth comes from latent traits, and from what customers do in the year after the file ends, neither of which any
classification reads (docs/guides/the-simulated-shop.md). Every figure but bare shares is 0 where chance would do as
well and 1 at best: Cohen's kappa for labels, 2·AUC − 1 for a score against yes or no, Spearman's rank correlation for a
score against a degree; each with a 95 % interval of resampled customers.
"""

from __future__ import annotations

import argparse

from truth_data import told
from truth_tables import Page, write_docs

_FEWEST = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=20_000, help="of the simulated shop")
    parser.add_argument("--docs", action="store_true", help="write the tables into the pages")
    asked = parser.parse_args()
    if asked.customers < _FEWEST:
        parser.error(f"--customers {asked.customers}: too few to tell anything; give {_FEWEST} or more")
    found = told(asked.customers)
    print(Page(found, "en").all_tables())
    if asked.docs:
        write_docs(found)


if __name__ == "__main__":
    main()
