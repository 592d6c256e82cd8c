import pyarrow as pa
import pytest

from shuke.kit.errors import InputError
from shuke.tables import CONTRACTS, PURCHASES, SCORES, Unit


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_every_column_is_named_once_and_explained_in_three_languages(contract):
    assert len(set(contract.names)) == len(contract.names)
    assert len({column.public_name for column in contract.columns}) == len(contract.columns)
    for column in contract.columns:
        assert all(column.meaning(language) for language in ("zh-hans", "zh-hant", "en"))


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_money_is_whole_minor_units_and_says_so_in_its_name(contract):
    for column in contract.columns:
        assert (column.unit is Unit.MONEY) == column.name.endswith("_minor")
        if column.unit is Unit.MONEY:
            assert column.type == pa.int64()


def test_keys_are_columns_that_are_never_null():
    for contract in CONTRACTS:
        assert all(not contract.column(name).nullable for name in contract.key)


def test_a_table_that_lacks_columns_is_told_all_of_them_and_what_it_has():
    with pytest.raises(InputError, match=r"lacks customer_id, purchased_on.* it has who, amount_minor"):
        PURCHASES.require(["who", "amount_minor"])


def test_an_unknown_column_is_told_those_there_are():
    with pytest.raises(InputError, match="no column 'clv'; it has customer_id"):
        SCORES.column("clv")
