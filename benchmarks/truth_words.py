"""What the tables of recovery say, in English and Chinese, by key."""

from __future__ import annotations

Words = tuple[str, str]
"""English, Chinese."""

HEADS: dict[str, Words] = {
    "about": ("classification", "分类"),
    "what": ("what is held against the truth", "与真相比较什么"),
    "way": ("known", "已知资料"),
    "customers": ("customers", "客户数"),
    "measure": ("measure", "指标"),
    "value": ("figure", "数值"),
    "interval": ("95 %", "95% 区间"),
    "trust": ("recovery", "还原程度"),
    "label": ("label", "类别"),
    "reason": ("reason", "理由"),
    "left": ("have left", "已离开"),
    "leave": ("of those there, leave within a year", "仍在者一年内离开"),
    "buy": ("buy in the year after", "次年购买"),
    "margin": ("of next year's margin", "占次年毛利"),
    "kind": ("kind", "忠诚类型"),
    "asked": ("have it and answered", "真属此类且答过问卷"),
    "found": ("called so", "其中判对"),
    "right": ("right, of those called so", "判为此类者中判对"),
    "band": ("confidence told", "所称把握"),
    "mean": ("its mean", "平均把握"),
    "true": ("right", "实际判对"),
    "halves": ("other half of customers (kappa)", "换另一半客户来学（kappa）"),
    "quarters": ("a quarter before (kappa)", "与上一季度相比（kappa）"),
    "quarters_typed": ("the same, typed both times", "同左，两次都定了型"),
    "clusters": ("clusters", "聚类数"),
    "cluster_halves": ("clusters, other half (adjusted Rand)", "聚类，换另一半客户（调整兰德指数）"),
}

PARTS: dict[str, Words] = {
    "overview": ("In short", "概览"),
    "comparisons": ("Every comparison", "全部比较"),
    "segments": ("What is true of each RFM segment", "各 RFM 分群的真相"),
    "stages": ("What is true of each stage", "各生命周期阶段的真相"),
    "declines": ("Decline by its reason", "退化期按理由"),
    "kinds": ("Kinds of loyalty, of those who answered", "各种忠诚类型（答过问卷者）"),
    "bands": ("Types by the confidence told", "九种类型：所称把握与实际"),
    "stays": ("Do types stay?", "类型稳不稳"),
    "without": ("What the shop has no truth of", "门店没有真相的分类"),
}

MEASURES: dict[str, Words] = {
    "kappa": ("kappa", "kappa"),
    "gini": ("Gini", "区分度"),
    "rank": ("rank correlation", "秩相关"),
    "share": ("share", "占比"),
}

TRUST: tuple[tuple[float, Words], ...] = (
    (0.6, ("good", "好")),
    (0.4, ("fair", "尚可")),
    (0.2, ("weak", "偏弱")),
    (-1.0, ("hint only", "仅供参考")),
)
"""From which figure on recovery is called so; the lowest of them is no better than a hint."""

WAYS: dict[str, Words] = {
    "purchases": ("purchases", "购买记录"),
    "products": ("purchases, goods", "购买记录、商品资料"),
    "all": ("all", "全部资料"),
    "by_clv": ("purchases, by CLV", "购买记录，按终身价值"),
    "by_margin": ("purchases, by margin of 12 months", "购买记录，按近 12 个月毛利"),
}

CLASSES: dict[str, Words] = {
    "pyramid": ("pyramid", "客户金字塔"),
    "prospect": ("prospect", "前景"),
    "rfm": ("RFM", "RFM"),
    "rfm_alarm": ("alarms", "异动"),
    "life_cycle": ("life-cycle stage", "生命周期阶段"),
    "quadrants": ("quadrants", "象限"),
    "types": ("nine types", "九种类型"),
    "loyalty": ("loyalty", "忠诚"),
    "satisfaction": ("margin × satisfaction × loyalty", "毛利×满意×忠诚"),
    "credit": ("credit", "信用"),
    "stability": ("trading stability", "交易稳定性"),
    "traits": ("traits", "特质"),
}

COMPARED: dict[str, Words] = {
    "tiers": ("tier, with the tier by next year's margin", "等级，与按次年毛利排出的等级"),
    "value_rank": ("the measure, with next year's margin", "排名所用的值，与次年毛利"),
    "best_1": ("of the truly best 1 %, found in the top 1 %", "真正最好的 1%，有多少排进前 1%"),
    "best_5": ("of the truly best 5 %, found in the top 5 %", "真正最好的 5%，有多少排进前 5%"),
    "best_20": ("of the truly best 20 %, found in the top 20 %", "真正最好的 20%，有多少排进前 20%"),
    "star_kappa": ("star or not, with reaching the tier above next year", "是否明日之星，与次年是否够得上更高一级"),
    "star_rose": ("of stars, reached it", "明日之星中够得上的"),
    "other_rose": ("of the others below the best tier, reached it", "最高等级以下的其他客户中够得上的"),
    "rose_star": ("of all who reached it, called stars", "够得上的客户中判为明日之星的"),
    "hopeless_kappa": ("without prospect or not, with buying nothing next year", "有没有发展潜力，与次年是否一次不买"),
    "hopeless_nothing": ("of those without prospect, bought nothing", "没有发展潜力者中一次不买的"),
    "other_nothing": ("of the others of the lowest tier, bought nothing", "最低等级其他客户中一次不买的"),
    "rfm_r_buys": ("R, with buying at all next year", "R，与次年买不买"),
    "rfm_f_buys": ("F, with buying at all next year", "F，与次年买不买"),
    "rfm_m_buys": ("M, with buying at all next year", "M，与次年买不买"),
    "rfm_f_rank": ("F, with next year's purchases", "F，与次年购买次数"),
    "rfm_m_rank": ("M, with next year's margin", "M，与次年毛利"),
    "segment_buys": ("segment, with buying at all next year", "分群，与次年买不买"),
    "alarm_kappa": ("silent or rarer, with having left in the last year", "沉默或变稀，与近 12 个月内是否离开"),
    "alarm_false": ("of unchanged customers, any alarm", "没有变化的客户中有任何异动的"),
    "alarm_false_worse": ("of unchanged customers, silent or rarer", "没有变化的客户中报沉默或变稀的"),
    "alarm_hit_0": ("of those who left within 90 days, found", "离开不到 90 天者，报出的"),
    "alarm_hit_90": ("of those who left 90 to 180 days ago, found", "离开 90 至 180 天者，报出的"),
    "alarm_hit_180": ("of those who left 180 to 365 days ago, found", "离开 180 至 365 天者，报出的"),
    "former_kappa": ("Former or not, with having left", "是否流失期，与是否已离开"),
    "former_left": ("of Former, have left", "流失期客户中真已离开的"),
    "left_former": ("of those who have left, called Former", "真已离开者中判为流失期的"),
    "lost_kappa": ("Former or Decline, with having left", "流失期或退化期，与是否已离开"),
    "new_kappa": ("Exploration, with being there less than 120 days", "考察期，与来了不到 120 天"),
    "leaving_kappa": ("Decline, of those there, with leaving within a year", "退化期（仍在者），与一年内是否离开"),
    "alive_gini": ("probability alive, with being there", "仍是客户的概率，与是否仍在"),
    "future_kappa": ("high or low to come, with next year's margin", "未来价值高低，与次年毛利高低"),
    "quadrant_kappa": ("quadrant, with the same by next year's margin", "象限，与按次年毛利划出的象限"),
    "type_kappa": ("type where one is given, with the latent type", "定了的类型，与潜在类型"),
    "type_told": ("customers given a type", "定了型的客户"),
    "type_right": ("of them, right (chance: 1 in 9)", "其中判对的（偶然：九分之一）"),
    "type_value_kappa": ("what they value: function, economy, feeling", "看重什么：作用、经济、心理"),
    "type_time_kappa": ("where they look: past, present, future", "面向何时：历史、当前、未来"),
    "type_kappa_20": ("type of those with 20 lines or more", "有 20 行以上购买者的类型"),
    "loyalty_told": ("customers given a kind", "判出忠诚类型的客户"),
    "loyalty_kappa": ("kind where one is given, with the latent kind", "判出的忠诚类型，与潜在类型"),
    "loyalty_right": ("of them, right", "其中判对的"),
    "loyalty_kappa_sure": ("kind told with confidence 0.4 or more", "把握在 0.4 以上的忠诚类型"),
    "real_kappa": ("false, real or held back", "虚假、真实还是受阻"),
    "loyalty_rank": ("index, with staying (latent), of those there", "忠诚指数，与不易离开的程度（仍在者）"),
    "loyalty_alive": ("index, with being there", "忠诚指数，与是否仍在"),
    "answered": ("customers with an answer, others are unknown", "答过满意度的客户，其余不详"),
    "content_kappa": ("content or not, with latent satisfaction", "是否满意，与潜在满意度"),
    "content_rank": ("mean satisfaction, with latent satisfaction", "平均满意度，与潜在满意度"),
    "content_kappa_3": ("content or not, of those with 3 answers or more", "是否满意，答过 3 次以上者"),
    "credit_rank": ("credit score, with the latent chance to pay in time", "付款信用，与潜在的按时付款概率"),
    "credit_rank_4": ("the same, with 4 sums due or more", "同上，有 4 笔以上到期款项者"),
    "black_kappa": ("black list proposed, with being late half the time", "建议列入黑名单，与潜在逾期概率过半"),
    "black_late": ("of those proposed, truly late half the time", "建议列入者中，真会有一半款项逾期的"),
    "other_late": ("of the others with sums due, the same", "其他有到期款项者中同样的"),
    "stability_rank": ("the trait, with latent evenness of gaps", "稳定性得分，与潜在的间隔均匀程度"),
    "stability_rank_20": ("the same, with 20 purchases or more", "同上，买过 20 次以上者"),
    "stability_gini": ("steady against erratic, with gaps evener than chance (shape 3 or more)",
                       "稳定对不稳定，与间隔是否比偶然均匀（形状 3 以上）"),
    "price_rank": ("price sensitivity, with the latent one", "价格敏感度得分，与潜在价格敏感度"),
    "channel_kappa": ("main channel where one is clear, with the latent one", "常用渠道（看得出者），与潜在的首选渠道"),
    "online_share": ("share bought online, with the latent preference", "网上购买占比，与潜在的网购倾向"),
    "category_kappa": ("category they are drawn to, with the latent favourite", "偏爱的品类，与潜在的最爱"),
    "variety": ("variety of categories, with that of latent affinities", "品类多样程度，与潜在偏好的多样程度"),
    "rhythm_gini": ("regular or not, with gaps evener than chance", "有规律与否，与间隔是否比偶然均匀"),
    "spend_trend": ("trend of spend, with latent growth", "消费趋势，与潜在的增长"),
}  # fmt: skip
"""Shares of what is expected by chance stand beside the share of the others: only the difference tells."""

DECLINES: dict[str, Words] = {
    "late": ("bought more than once, and is late", "买过多次，该来没来"),
    "late_once": ("bought once, and is late", "只买过一次，迟迟没有再来"),
    "value_fell": ("comes in time, and brings much less", "按时来，但贡献明显下降"),
    "doubted_by_model": ("the model doubts it", "模型存疑"),
}

WITHOUT_TRUTH: tuple[Words, ...] = (
    (
        "RFM segments are names for places in a grid. No customer of the shop *is* at risk or promising; what can be "
        "asked is how the segments differ in the year after.",
        "RFM 分群只是格子的名字。门店里没有哪位客户“真的”有流失风险或有望发展；能问的只是各分群次年有什么不同。",
    ),
    (
        "Formation against Stability: the shop's customers explore for 120 days and fade at the end; in between "
        "nothing changes.",
        "形成期与稳定期之分：门店的客户有 120 天的考察，临走前会变淡，中间没有变化。",
    ),
    (
        "Decline: when somebody who leaves later than the year after begins to fade is not kept; only leaving within "
        "that year can be asked.",
        "退化期：一年以后才离开的客户何时开始变淡，真相里没有记；只能问一年之内离不离开。",
    ),
    (
        "Margin × satisfaction × loyalty as a whole: margin is a fact, satisfaction and loyalty are judged one by one.",
        "毛利×满意×忠诚整体：毛利是事实，满意和忠诚分别检验。",
    ),
    (
        "Credit levels: a sum of loyalty, spend and payments; only paying in time has a truth.",
        "信用层级：由忠诚、消费和付款合成；只有按时付款有真相。",
    ),
    (
        "Red and black lists as people set them, and effort against return: decisions, not properties of customers.",
        "人定的红名单、黑名单，以及投入与回报：是决定，不是客户的性质。",
    ),
    (
        "Clusters: the shop draws customers without groups; there is nothing to find, only whether they stay is asked.",
        "聚类：门店的客户不是成群生成的，没有群可找；只检验聚类稳不稳。",
    ),
)
"""What no comparison stands for, and why."""
