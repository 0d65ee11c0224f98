"""Item-sequence transformers, their objectives and baselines."""
