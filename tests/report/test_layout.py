from shuke.report import columns_of_text
from shuke.report.layout import width


def test_chinese_characters_take_two_cells():
    assert width("a熟客b") == 6
    assert width("ＡＢ") == 4


def test_columns_stand_below_one_another_and_numbers_to_the_right():
    assert columns_of_text([["等级", "客户"], ["A", "1,000"]], right=[1]) == ["等级   客户", "A     1,000"]


def test_no_rows_give_no_lines():
    assert columns_of_text([]) == []
