from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shuke.crm.customers.paths import KeyInPath


@given(st.text(min_size=1))
def test_any_key_comes_back_from_its_address(key: str) -> None:
    path = KeyInPath()
    written = path.to_url(key)
    assert path.to_python(written) == key
    assert "/" not in written
    assert written.strip(".")
