from __future__ import annotations

from shuke.ledger import content_digest


def test_content_is_told_by_bytes_and_settings_not_by_names_or_order(tmp_path):
    first, second, copy = tmp_path / "一月.csv", tmp_path / "二月.csv", tmp_path / "一月（副本）.csv"
    first.write_bytes(b"a,1\n")
    second.write_bytes(b"b,2\n")
    copy.write_bytes(b"a,1\n")

    assert content_digest([first, second]) == content_digest([second, copy])
    assert content_digest([first]) != content_digest([second])
    assert content_digest([first]) != content_digest([first, copy])
    assert content_digest([first], {"customer": "会员"}) != content_digest([first], {"customer": "手机"})
    assert content_digest([first], {"a": 1, "b": 2}) == content_digest([first], {"b": 2, "a": 1})
