"""What was typed stands in the form again; everything else of the page stays as it was, to the letter."""

import pytest

from common.refill import refill

PAGE = """<form method="get"><input name="name" value="search &amp; find"></form>
<form class="panel" method="post" novalidate>
  <input type="hidden" name="csrfmiddlewaretoken" value="fresh"><input type="hidden" name="seen" value="9">
  <input type="hidden" name="row" value="1:a"><input type="hidden" name="row" value="2:b">
  <input type="text" name="name" value="Wien" maxlength="20">
  <input name="empty">
  <input type="password" name="pin"><input type="file" name="file">
  <input type="checkbox" name="outsource" checked> <input type="checkbox" name="tell" value="held">
  <input type="radio" name="how" value="tcp" checked><input type="radio" name="how" value="giop">
  <select name="size"><option selected>25</option><option>100 &amp; more</option></select>
  <select name="role"><option value="">-</option><option value="primary" selected>Primary</option></select>
  <textarea name="note" rows="3">
old &lt;note&gt;</textarea>
  <button type="submit" name="do" value="save">Save ‏שלום</button>
</form>"""


def filled(*typed: tuple[str, str], page: str = PAGE, sent_to: str = "/here/") -> str | None:
    return refill(page, page="/here/", sent_to=sent_to, typed=typed)


def test_every_kind_of_field_takes_what_was_typed_and_the_rest_stays_to_the_letter() -> None:
    typed = [
        ("csrfmiddlewaretoken", "old"),
        ("seen", "7"),
        ("row", "3:c"),
        ("row", "4:d"),
        ("name", '"><script>אב😀'),
        ("pin", "1234"),
        ("tell", "held"),
        ("how", "giop"),
        ("size", "100 & more"),
        ("role", ""),
        ("note", "</textarea>\r\nnew"),
        ("do", "delete"),
    ]
    expected = PAGE
    for old, new in (
        ('name="seen" value="9"', 'name="seen" value="7"'),
        ('name="name" value="Wien" maxlength="20"', 'name="name" maxlength="20" value="&quot;&gt;&lt;script&gt;אב😀"'),
        ('name="outsource" checked', 'name="outsource"'),
        ('name="tell" value="held"', 'name="tell" value="held" checked'),
        ('value="tcp" checked', 'value="tcp"'),
        ('value="giop"', 'value="giop" checked'),
        ("<option selected>25", "<option>25"),
        ("<option>100", "<option selected>100"),
        ('<option value="">', '<option value="" selected>'),
        ('value="primary" selected', 'value="primary"'),
        ("old &lt;note&gt;", "&lt;/textarea&gt;\r\nnew"),
    ):
        assert expected.count(old) == 1
        expected = expected.replace(old, new)
    assert filled(*typed) == expected


@pytest.mark.parametrize(
    ("typed", "sent_to"),
    [
        pytest.param([("name", "x")], "/elsewhere/", id="no form sends there"),
        pytest.param([("other", "x")], "/here/", id="no form has the field"),
        pytest.param([("pin", "1"), ("do", "save"), ("csrfmiddlewaretoken", "x")], "/here/", id="nothing was typed"),
    ],
)
def test_a_page_without_the_form_takes_nothing(typed: list[tuple[str, str]], sent_to: str) -> None:
    assert filled(*typed, sent_to=sent_to) is None


def test_of_many_forms_that_send_to_one_address_the_one_of_the_same_row_takes_it() -> None:
    form = (
        '<form method="post" action="/rename/"><input type="hidden" name="old" value="{0}"><input name="name"></form>'
    )
    page = "".join(form.format(name) for name in ("Vienna", "Berlin", "Rome"))
    again = filled(("old", "Berlin"), ("name", "Bonn"), page=page, sent_to="/rename/?q=1")
    assert again == page.replace('Berlin"><input name="name"', 'Berlin"><input name="name" value="Bonn"')
