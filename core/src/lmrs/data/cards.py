"""Cards of the data sets and formats that come with the host."""

from __future__ import annotations

from lmrs_plugins.card import Card

_OPTIONS = "lmrs.data.readers.options"
_READERS = "lmrs.data.readers"


def _format(name: str, summary: str, load: str, options: str) -> Card:
    return Card(
        family="dataset",
        name=name,
        summary=summary,
        load=f"{_READERS}.{load}",
        options=f"{_OPTIONS}:{options}",
        traits=("format",),
    )


def _set(name: str, summary: str, load: str, options: str, source: str = "") -> Card:
    return Card(
        family="dataset",
        name=name,
        summary=summary,
        load=f"{_READERS}.{load}",
        options=f"{_OPTIONS}:{options}",
        source=source,
    )


DATASETS: list[Card] = [
    _format(
        "atomic", "RecBole's atomic files: NAME.inter with .user .item .kg .link .net", "atomic:Atomic", "FileOptions"
    ),
    _format("csv", "CSV or TSV with a header", "csv:Csv", "CsvOptions"),
    _format("parquet", "Parquet file of events", "parquet:Parquet", "FileOptions"),
    _format("sequences", "text lines `user item item …`, or `user item` in order", "sequences:Sequences", "NoOptions"),
    _format("mind", "folder of MIND: impressions of news (behaviors.tsv, news.tsv)", "mind:Mind", "NoOptions"),
    _format("movielens", "folder of GroupLens's own files (ratings.dat or u.data)", "movielens:MovieLens", "NoOptions"),
    _set(
        "ml-100k",
        "MovieLens 100K, fetched from GroupLens",
        "grouplens:MovieLens100K",
        "DownloadOptions",
        "Harper and Konstan, ACM TiiS 2015",
    ),
    _set(
        "ml-1m",
        "MovieLens 1M, fetched from GroupLens",
        "grouplens:MovieLens1M",
        "DownloadOptions",
        "Harper and Konstan, ACM TiiS 2015",
    ),
    _set(
        "synthetic",
        "generated: sequences, titles, categories, knowledge and social graph, pictures, profiles",
        "synthetic:Synthetic",
        "SyntheticOptions",
    ),
]
