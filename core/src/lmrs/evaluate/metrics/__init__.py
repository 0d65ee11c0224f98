"""Metrics, one a file: vectorised over all cases, from ranks as `lmrs.evaluate.ranking` defines them."""
