"""Cards of the metrics that come with the host."""

from __future__ import annotations

from lmrs_plugins.card import Card


def _card(name: str, summary: str, load: str, options: str = "Cut", source: str = "") -> Card:
    return Card(
        family="metric",
        name=name,
        summary=summary,
        load=f"lmrs.evaluate.metrics.{load}",
        options=f"lmrs.evaluate.options:{options}" if options else "",
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
]
