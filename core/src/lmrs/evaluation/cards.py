"""Cards of the metrics that come with the host."""

from __future__ import annotations

from lmrs_plugins.card import Card


def _card(name: str, summary: str, load: str, options: str = "Cut", source: str = "") -> Card:
    return Card(
        family="metric",
        name=name,
        summary=summary,
        load=f"lmrs.evaluation.metrics.{load}",
        options=f"lmrs.evaluation.options:{options}" if options else "",
        source=source,
    )


METRICS: list[Card] = [
    _card(
        "ndcg",
        "discounted gain of the positives, relative to the ideal list",
        "ndcg:Ndcg",
        source="Järvelin and Kekäläinen, ACM TOIS 2002",
    ),
    _card("recall", "share of a case's positives that are among the best", "recall:Recall"),
    _card("hr", "share of cases with any positive among the best", "hr:HitRate"),
    _card("precision", "share of the best that are positives", "precision:Precision"),
    _card("mrr", "reciprocal rank of the first positive", "mrr:Mrr", "Reciprocal"),
    _card("map", "mean of the precision at each positive", "map:MeanAveragePrecision"),
    _card("auc", "share of pairs within a case in which the positive stands first", "auc:Auc", ""),
    _card("coverage", "share of all rows that are ever among the best", "coverage:Coverage"),
    _card("gini", "how unequally the places among the best are shared", "gini:Gini"),
    _card(
        "novelty",
        "bits of surprise of what is recommended, by its training events",
        "novelty:Novelty",
        source="Zhou et al., PNAS 2010; Vargas and Castells, RecSys 2011",
    ),
    _card(
        "arp",
        "mean training events of what is recommended",
        "arp:Arp",
        source="Yin et al., VLDB 2012; Abdollahpouri et al., FLAIRS 2019",
    ),
    _card(
        "aplt",
        "share of the long tail among what is recommended",
        "aplt:Aplt",
        "LongTail",
        source="Abdollahpouri et al., FLAIRS 2019",
    ),
    _card(
        "poplift",
        "how much more popular what is recommended is than what was chosen",
        "poplift:PopularityLift",
        source="Abdollahpouri et al., RecSys 2020",
    ),
]
