"""Which parts exist: finds plugins, keeps a broken one from hurting anybody, and registers what the rest offer.

Start at `host`. The way of a plugin is `discovery` (metadata only) → `selection` and `contract` (decided before any
import) → `loading` (one try each) → `assembly` (hooks, families, cards) → `registry` (names).
"""
