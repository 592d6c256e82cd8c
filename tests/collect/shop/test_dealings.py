"""Cards, contacts, complaints, surveys, referrals, campaigns, payments, contracts."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy.stats import spearmanr

from shuke.collect.shop import Shop
from shuke.collect.shop.service import ELEMENTS

COUNT = 1000
HAN = re.compile(r"[\u4e00-\u9fff]{2,4}")


def test_names_are_chinese_and_telephone_numbers_are_valid_and_nobody_has_anothers(seen) -> None:
    names = seen.column("customers", "name")
    assert all(HAN.fullmatch(name) for name in names)
    assert len(set(names)) > 0.9 * COUNT
    assert 0.06 < np.mean([len(name) == 2 for name in names]) < 0.2
    phones = seen.column("customers", "phone")
    assert len(set(phones)) == COUNT
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone, "CN")) for phone in phones[:50])
    assert {phone[:4] for phone in phones} == {"1740"}, "satellite telephones: no customer's number"


def test_everybody_was_of_age_when_they_became_a_customer(seen) -> None:
    age = (seen.days("customers", "customer_since") - seen.days("customers", "born_on")) / 365.25
    assert age.min() >= 18
    assert 30 < np.median(age) < 45
    assert age.max() < 90


def test_staff_and_goods_are_named_in_chinese(seen) -> None:
    assert all(HAN.fullmatch(name) for name in seen.column("staff", "name"))
    assert len(set(seen.column("products", "name"))) == seen.table("products").num_rows
    for table, column in (("products", "name"), ("branches", "branch"), ("staff", "role"), ("campaigns", "name")):
        texts = seen.column(table, column)
        assert all(re.search(r"[\u4e00-\u9fff]", text) for text in texts)
        assert not any(re.search(r"[個們車買賣價與書]", text) for text in texts), "simplified throughout"


def test_every_key_that_a_table_names_stands_in_its_own_table(seen) -> None:
    customers = set(seen.column("customers", "customer_id"))
    orders = set(seen.column("purchases", "order_id"))
    for table in (
        "purchases",
        "touches",
        "complaints",
        "surveys",
        "referrals",
        "campaign_members",
        "payments",
        "truth",
    ):
        assert set(seen.column(table, "customer_id")) <= customers
    assert set(seen.column("complaints", "order_id")) <= orders
    assert set(seen.column("surveys", "order_id")) <= orders
    assert set(seen.column("purchases", "product_id")) <= set(seen.column("products", "product_id"))
    assert set(seen.column("purchases", "store")) <= set(seen.column("branches", "branch"))
    assert set(seen.column("purchases", "staff_id")) <= set(seen.column("staff", "staff_id"))
    assert set(seen.column("touches", "handled_by")) <= set(seen.column("staff", "staff_id"))
    assert set(seen.column("campaign_members", "campaign_id")) == set(seen.column("campaigns", "campaign_id"))


def test_who_needs_much_takes_many_minutes(seen) -> None:
    minutes = np.bincount(
        seen.customers("touches"), weights=seen.table("touches")["minutes"].to_numpy(), minlength=COUNT
    )
    assert 0.05 < spearmanr(minutes, seen.column("truth", "minutes_need")).statistic < 0.9
    assert seen.table("touches")["minutes"].to_numpy().min() >= 1


def test_the_discontented_complain_and_say_so(seen) -> None:
    content = seen.column("truth", "satisfaction")
    assert content[seen.customers("complaints")].mean() < content.mean() - 0.03
    assert set(seen.column("complaints", "about")) == set(ELEMENTS)
    survey = seen.table("surveys").filter(pc.is_valid(seen.table("surveys")["satisfied"]))
    who = np.array([int(one[1:]) - 1 for one in survey["customer_id"].to_pylist()])
    for name in ("satisfied", "recommends", "intends"):
        assert 0.3 < spearmanr(survey[name].to_numpy(), content[who]).statistic < 0.95, name
    assert 0.2 < survey.num_rows / seen.table("surveys").num_rows < 0.5, "most do not answer"


def test_answers_stay_on_their_scales_and_ranks_are_ranks(seen) -> None:
    survey = seen.table("surveys").filter(pc.is_valid(seen.table("surveys")["satisfied"]))
    for name, most in (("satisfied", 5), ("recommends", 10), ("intends", 5), ("alternatives", 5), ("is_hindered", 5)):
        values = survey[name].to_numpy()
        assert values.min() >= (0 if name in ("recommends", "alternatives") else 1)
        assert values.max() <= most
    ranks = np.column_stack([survey[f"rank_{one}"].to_numpy() for one in ELEMENTS])
    assert (np.sort(ranks, axis=1) == np.arange(1, 9)).all()
    ratings = {one: survey[f"rating_{one}"].to_numpy().mean() for one in ELEMENTS}
    assert ratings["quality"] > ratings["policies"] + 0.3


def test_who_refers_was_a_customer_then_and_those_prone_to_it_refer_more(seen) -> None:
    referrer, referred = seen.customers("referrals"), seen.customers("referrals", "referred_id")
    joined = seen.days("truth", "joined_on")
    left = seen.table("truth")["left_on"].cast(pa.int32()).fill_null(2**30).to_numpy()
    day = seen.days("referrals", "referred_on")
    assert len(referrer) > 50
    assert (joined[referrer] < day).all()
    assert (day <= seen.days("referrals", "bought_on")).all()
    assert (left[referrer] >= seen.days("referrals", "bought_on")).all()
    assert (seen.days("referrals", "bought_on") == joined[referred]).all()
    assert (seen.column("customers", "source")[referred] == "referral").all()
    rate = seen.column("truth", "referral_rate")
    assert np.median(rate[referrer]) > 1.5 * np.median(rate)


@pytest.fixture(scope="module")
def larger() -> Shop:
    return Shop(3000)


def test_control_groups_are_a_fifth_and_like_the_treated(larger: Shop) -> None:
    members, truth = larger.table("campaign_members"), larger.table("truth")
    who = np.array([int(one[1:]) - 1 for one in members["customer_id"].to_pylist()])
    treated = np.array(members["arm"].to_pylist()) == "treated"
    assert abs(treated.mean() - 0.8) < 0.02
    for name in ("purchase_rate", "price_sensitivity", "satisfaction", "uplift", "spend_level"):
        values = truth[name].to_numpy()
        apart = (values[who[treated]].mean() - values[who[~treated]].mean()) / values.std()
        assert abs(apart) < 4 * np.sqrt(1 / treated.sum() + 1 / (~treated).sum()), name
    holdout = np.array(larger.table("customers")["universal_holdout"].to_pylist())
    assert not holdout[who].any()
    assert np.array(larger.table("customers")["agreed"].to_pylist())[who].all()
    assert 0.03 < holdout.mean() < 0.07


def test_campaigns_move_those_who_can_be_moved(larger: Shop) -> None:
    members, truth, lines = larger.table("campaign_members"), larger.table("truth"), larger.table("purchases")
    campaigns = larger.table("campaigns").to_pylist()
    sent = {one["campaign_id"]: (one["sent_on"] - date(1970, 1, 1)).days for one in campaigns}
    day = np.array([sent[one] for one in members["campaign_id"].to_pylist()])
    who = np.array([int(one[1:]) - 1 for one in members["customer_id"].to_pylist()])
    buyer = np.array([int(one[1:]) - 1 for one in lines["customer_id"].to_pylist()])
    bought = np.sort(buyer * 100_000 + lines["purchased_at"].cast(pa.date32()).cast(pa.int32()).to_numpy())
    came = np.searchsorted(bought, who * 100_000 + day + 14) > np.searchsorted(bought, who * 100_000 + day)
    treated = np.array(members["arm"].to_pylist()) == "treated"
    movable = truth["uplift"].to_numpy()[who] > 0.1
    effect = {
        group: came[treated & mask].mean() - came[~treated & mask].mean()
        for group, mask in (("yes", movable), ("no", ~movable))
    }
    assert effect["yes"] > 0.02
    assert effect["yes"] > effect["no"] + 0.01


def test_payments_fall_due_once_and_the_undisciplined_pay_late(seen) -> None:
    table = seen.table("payments")
    due, paid = table["due_on"].cast(pa.int32()).to_numpy(), table["paid_on"].cast(pa.int32()).fill_null(-1).to_numpy()
    who, known = seen.customers("payments"), table["paid_on"].is_valid().to_numpy()
    late = known & (paid > due)
    assert 0.05 < late.sum() / known.sum() < 0.4
    assert (table["amount_minor"].to_numpy() > 0).all()
    counted = np.bincount(who[known], minlength=COUNT)
    share = np.bincount(who[late], minlength=COUNT) / np.maximum(counted, 1)
    assert 0.3 < spearmanr(share[counted > 4], seen.column("truth", "late_chance")[counted > 4]).statistic < 0.97


def test_amounts_on_account_are_those_of_their_orders(seen) -> None:
    lines, payments = seen.table("purchases"), seen.table("payments")
    bought = lines.filter(pc.greater(lines["quantity"], 0))
    sums = bought.group_by("order_id").aggregate([("amount_minor", "sum")]).to_pydict()
    total = dict(zip(sums["order_id"], sums["amount_minor_sum"], strict=True))
    of_orders = payments.filter(pc.equal(payments["kind"], "order")).to_pylist()
    assert len(of_orders) > 500
    assert all(row["amount_minor"] == total[row["reference"]] for row in of_orders)


def test_terms_follow_each_other_and_a_renewed_one_has_a_next(seen) -> None:
    terms: dict[str, list[dict]] = {}
    for row in seen.table("contracts").to_pylist():
        terms.setdefault(row["contract_id"], []).append(row)
    assert len(terms) > 150
    for rows in terms.values():
        assert [row["term"] for row in rows] == list(range(1, len(rows) + 1))
        assert all((later["starts_on"] - row["starts_on"]).days == 365 for row, later in zip(rows, rows[1:]))  # noqa: B905, RUF007
        assert all(row["renewed"] for row in rows[:-1])
        assert not rows[-1]["renewed"]
