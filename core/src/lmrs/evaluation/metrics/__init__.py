"""Metrics, one a file: vectorised over all cases, from ranks as `lmrs.evaluation.ranking` defines them."""
