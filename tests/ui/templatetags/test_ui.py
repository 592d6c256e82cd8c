"""Components as pages use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from shuke.ui.parts import Crumb, Option, Pages, Why


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with override("en"):
        yield


def render(source: str, query: str = "", **values: object) -> str:
    request = RequestFactory().get(f"/customers/?{query}")
    return Template("{% load ui %}" + source).render(Context(values | {"request": request})).strip()


def test_a_sentence_is_said_in_the_active_language() -> None:
    with override("zh-hant"):
        assert render('{% say "ui.cancel" %} {{ "ui.undo"|sentence }}') == "取消 復原"


def test_a_figure_in_a_sentence_is_escaped() -> None:
    assert "&lt;b&gt;" in render('{% say "ui.user.menu" name=name %}', name="<b>")


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ v|money:'CNY' }}", "CN¥12,400.00"),
        ("{{ v|compact:'CNY' }}", "CN¥12.4K"),
        ("{{ v|number }}", "1,240,000"),
        ("{{ s|share:1 }}", "12.3%"),
        ("{{ d|day }}", "May 31, 2026"),
        ("{{ t|moment }}", "2026-05-31 21:05"),
        ("{{ n|money:'CNY' }}{{ n|compact:'CNY' }}{{ n|number }}{{ n|share }}{{ n|day }}{{ n|moment }}", "——————"),
    ],
)
def test_figures_are_written_in_the_reader_s_language(source: str, written: str) -> None:
    values = {
        "v": 1_240_000,
        "s": 0.1234,
        "d": date(2026, 5, 31),
        "t": datetime(2026, 5, 31, 13, 5, tzinfo=UTC),
        "n": None,
    }
    assert render(source, **values) == written


def test_an_icon_is_hidden_from_those_who_hear_the_page() -> None:
    drawn = render('{% icon "users" 20 %}')
    assert 'aria-hidden="true"' in drawn
    assert 'width="20"' in drawn


def test_a_tile_says_its_figure_its_change_and_why() -> None:
    shown = render(
        '{% tile label="CLV" value="¥12" delta=-0.02 delta_text="−2%" href="/x/" why=why %}',
        why=Why("Ranked 4th of 100.", "Σ margin", [("margin", "¥12")], "2026-05-31", "/rows/"),
    )
    assert 'aria-label="CLV ¥12"' in shown
    assert re.search(r'class="change bad".*Down.*−2%', shown)
    for part in ("Why: CLV", "Ranked 4th of 100.", "Σ margin", "As of 2026-05-31", 'href="/rows/"'):
        assert part in shown


@pytest.mark.parametrize(
    ("arguments", "tone"),
    [("0.1", "good"), ("-0.1", "bad"), ('0.1 good="down"', "bad"), ('-0.1 good="down"', "good"), ('0.1 good=""', "")],
)
def test_a_change_is_good_or_bad_by_what_it_is_a_change_of(arguments: str, tone: str) -> None:
    assert f'class="change{" " + tone if tone else ""}"' in render(f"{{% change {arguments} %}}")


def test_a_change_shows_its_way_by_arrow_and_word_not_by_colour_alone() -> None:
    assert '<span class="sr-only">Up </span>3.0%' in render("{% change 0.03 %}")
    assert '<span class="sr-only">No change </span>' in render('{% change 0 "0" %}')
    assert render("{% change None %}") == ""


@pytest.mark.parametrize(("value", "width"), [(0.5, "24.0"), (-0.2, "0.0"), (1.7, "48.0")])
def test_a_meter_never_leaves_its_frame(value: float, width: str) -> None:
    assert f'class="meter-value" width="{width}"' in render("{% meter v %}", v=value)


def test_a_meter_of_something_unknown_shows_no_bar() -> None:
    assert "<svg" not in render("{% meter v %}", v=None)


def test_progress_says_how_far_and_without_a_total_only_that_it_goes_on() -> None:
    assert 'aria-valuenow="42"' in render('{% progress 420 1000 "Reading" %}')
    assert "aria-valuenow" not in render('{% progress 3 None "Reading" %}')


def test_a_button_is_a_link_with_an_address_and_sends_its_form_without() -> None:
    assert render('{% button label="Go" href="/x/" tone="primary" %}').startswith(
        '<a class="button primary" href="/x/"'
    )
    assert render('{% button label="Go" name="act" value="merge" %}').startswith('<button class="button" name="act"')


def test_sorting_by_a_figure_starts_with_the_largest_and_goes_back_to_the_first_page() -> None:
    head = render('{% sort_head "clv" "CLV" numeric=True %}', "tier=A&page=3")
    assert 'href="/customers/?tier=A&amp;sort=-clv"' in head
    assert "aria-sort" not in head


@pytest.mark.parametrize(
    ("order", "state", "following"), [("clv", "ascending", "sort=-clv"), ("-clv", "descending", "sort=clv")]
)
def test_the_column_in_force_says_so_and_turns_round(order: str, state: str, following: str) -> None:
    head = render('{% sort_head "clv" "CLV" numeric=True %}', f"sort={order}")
    assert f'aria-sort="{state}"' in head
    assert f'href="/customers/?{following}"' in head


def test_the_pager_keeps_the_query_and_knows_the_ends() -> None:
    shown = render("{% pager pages %}", "tier=A&page=2", pages=Pages(2, 25, 60))
    assert "26–50 of 60" in shown
    assert 'rel="prev" href="/customers/?tier=A"' in shown
    assert 'rel="next" href="/customers/?tier=A&amp;page=3"' in shown
    assert 'href="/customers/?tier=A&amp;size=100"' in shown
    assert "rel=" not in render("{% pager pages %}", pages=Pages(1, 25, 25))


def test_the_pager_says_when_nobody_counted_to_the_end() -> None:
    assert "1–25 of 10,000+" in render("{% pager pages %}", pages=Pages(1, 25, 10_000, capped=True))
    assert "1–25</span>" in render("{% pager pages %}", pages=Pages(1, 25, more=True))
    assert "No rows" in render("{% pager pages %}", pages=Pages(1, 25, 0))


def test_an_address_changes_adds_and_removes() -> None:
    assert (
        render('{% address page=2 tier=None q="李 怡" %}', "tier=A&x=1")
        == "/customers/?x=1&amp;page=2&amp;q=%E6%9D%8E+%E6%80%A1"
    )
    assert render("{% address tier=None %}", "tier=A") == "/customers/"


def test_choices_tell_which_one_is_current() -> None:
    options = [Option("All", "/a", current=True, count="9"), Option("A", "/b")]
    assert '<a href="/a" aria-current="true">All <span class="count">9</span></a><a href="/b">A</a>' in render(
        '{% segmented "Tier" options %}', options=options
    )
    assert '<a href="/a" aria-current="page">' in render('{% tabs "Tier" options %}', options=options)


def test_the_way_back_ends_where_one_is() -> None:
    shown = render("{% crumbs trail %}", trail=[Crumb("Customers", "/customers/"), Crumb("Li")])
    assert '<a href="/customers/">Customers</a>' in shown
    assert '<span aria-current="page">Li</span>' in shown


class PhoneForm(forms.Form):
    phone = forms.CharField(help_text="Eleven digits", label="Phone")
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect, required=False)
    agreed = forms.BooleanField(required=False, label="Agreed")

    def clean(self) -> None:
        raise forms.ValidationError("Together <wrong>")


def test_an_error_stands_beside_its_field_and_is_tied_to_it() -> None:
    shown = render("{% field form.phone %}", form=PhoneForm({}))
    ids = set(re.search(r'aria-describedby="([^"]+)"', shown).group(1).split())
    assert ids == {"id_phone_helptext", "id_phone_error"}
    assert all(f'id="{one}"' in shown for one in ids)
    assert 'aria-invalid="true"' in shown
    assert "This field is required" in shown


def test_what_was_typed_is_kept_and_escaped() -> None:
    assert 'value="&quot;&gt;&lt;b&gt;"' in render("{% field form.phone %}", form=PhoneForm({"phone": '"><b>'}))


def test_boxes_and_groups_have_their_labels() -> None:
    assert '<label for="id_agreed">Agreed</label>' in render("{% field form.agreed %}", form=PhoneForm())
    assert "<fieldset><legend>Kind" in render("{% field form.kind %}", form=PhoneForm())


def test_errors_of_the_whole_form_are_announced() -> None:
    shown = render("{% form_errors form %}", form=PhoneForm({"phone": "1"}))
    assert 'role="alert"' in shown
    assert "Together &lt;wrong&gt;" in shown


def test_surfaces_hold_their_content_and_escape_their_titles() -> None:
    assert "<h2>&lt;T&gt;</h2>" in render("{% panel t %}<p>x</p>{% endpanel %}", t="<T>")
    assert "<p>x</p>" in render("{% panel t %}<p>x</p>{% endpanel %}", t="<T>")
    assert 'aria-label="Customers"' in render('{% table "Customers" cards=True %}<tbody></tbody>{% endtable %}')
    assert 'aria-labelledby="d-title"' in render('{% dialog "d" "Delete" %}x{% enddialog %}')
    assert '<summary aria-label="More">' in render('{% menu "More" %}x{% endmenu %}')


def test_an_event_escapes_what_people_wrote() -> None:
    shown = render('{% timeline %}{% event "phone" t "today" %}{{ t }}{% endevent %}{% endtimeline %}', t="<b>")
    assert "<b>" not in shown
    assert shown.count("&lt;b&gt;") == 2


def test_an_empty_place_says_what_to_do_next() -> None:
    assert 'href="/data/"' in render('{% empty title="No customers" href="/data/" action="Import" %}')


def test_a_chart_is_drawn_for_every_width_with_links_names_and_a_table() -> None:
    from shuke.ui.charts import Bar, Bars

    shown = render('{% chart data size="full" %}', data=Bars("Tiers <now>", [Bar("A", 3, "/?tier=A"), Bar("B", 1)]))
    assert re.findall(r'<svg class="(full|wide|half|small)"', shown) == ["full", "wide", "half", "small"]
    assert shown.count('<a href="/?tier=A" class="tone-1" aria-label="A 3">') == 4
    assert 'role="group" aria-label="Tiers &lt;now&gt;"' in shown
    assert '<th scope="row">A</th><td class="num">3</td>' in shown


def test_a_chart_without_links_is_one_picture_with_a_name() -> None:
    from shuke.ui.charts import Bar, Bars

    assert 'role="img" aria-label="Tiers"' in render("{% chart data %}", data=Bars("Tiers", [Bar("A", 3)]))


def test_a_chart_without_figures_says_so() -> None:
    from shuke.ui.charts import Bars

    assert "No data yet" in render("{% chart data %}", data=Bars("Tiers", []))


def test_a_sparkline_has_a_name_or_a_dash() -> None:
    assert 'role="img" aria-label="Trend"' in render('{% sparkline v label="Trend" %}', v=[1, 2])
    assert render('{% sparkline v label="Trend" %}', v=[]) == "—"


def test_a_reason_comes_from_the_catalogue_with_its_formula_where_there_is_one() -> None:
    source = '{% reason "ui.style.sample.why_sentence" as_of="today" href="/rows/" link="Rows" as because %}'
    shown = render(source + '{% panel title="Value" why=because %}1{% endpanel %}')
    assert "Ranked 406th" in shown
    assert '<a href="/rows/">Rows</a>' in shown
    assert "formula" not in shown
    with_formula = render('{% reason "insight.because.to_call" as because %}{% why because %}')
    assert '<p class="formula">value at risk = churn risk × value if kept</p>' in with_formula


def test_a_slot_is_a_link_for_those_without_script() -> None:
    shown = render('{% slot "/customers/1/forecast/" label shape="told" %}', label="Open: <forecast>")
    assert '<a class="slot-link" href="/customers/1/forecast/">Open: &lt;forecast&gt;</a>' in shown
    assert 'hx-get="/customers/1/forecast/"' in shown
    assert "told-shape" in shown
    assert "hx-get" not in render('{% slot "#" "Open" waits=True %}')
