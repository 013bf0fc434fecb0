"""Two people edit one domain: nothing that either of them did is lost without a word."""

from hypothesis import given
from hypothesis import strategies as st

from appservers.merging import Change, merge


def test_a_field_left_alone_takes_what_is_stored() -> None:
    merged = merge({"name": "a"}, {"name": "a"}, {"name": "b"})
    assert merged.texts == {"name": "b"}
    assert merged.changes == [Change("name", "a", "b", clash=False)]


def test_a_field_that_only_this_person_changed_keeps_what_was_typed() -> None:
    merged = merge({"name": "a"}, {"name": "mine"}, {"name": "a"})
    assert merged.texts == {"name": "mine"}
    assert merged.changes == []


def test_a_field_that_both_changed_keeps_what_was_typed_and_is_a_clash() -> None:
    merged = merge({"name": "a"}, {"name": "mine"}, {"name": "b"})
    assert merged.texts == {"name": "mine"}
    assert merged.changes == [Change("name", "a", "b", clash=True)]


def test_both_changed_it_to_the_same() -> None:
    assert merge({"name": "a"}, {"name": "b"}, {"name": "b"}).changes == [Change("name", "a", "b", clash=False)]


def test_without_what_was_seen_the_typed_text_stays() -> None:
    assert merge({}, {"name": "mine"}, {"name": "b"}).texts == {"name": "mine"}


words = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "x", "y", "z"]))
full = st.fixed_dictionaries({name: st.sampled_from(["", "x", "y", "z"]) for name in "abc"})


@given(words, full, full)
def test_every_text_is_somebodys_and_every_foreign_change_is_told(
    seen: dict[str, str], typed: dict[str, str], stored: dict[str, str]
) -> None:
    merged = merge(seen, typed, stored)
    told = {change.name for change in merged.changes}
    for name, text in merged.texts.items():
        assert text in (typed[name], stored[name])
        assert (text == typed[name]) or typed[name] == seen.get(name)
        assert (seen.get(name, stored[name]) != stored[name]) == (name in told)
