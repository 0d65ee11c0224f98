"""What there is to learn from: readers of files, filters, splits, the generated set, and bundles kept on disk.

`settings` is the `data:` section of a recipe, `load` turns it into a split bundle, `store` keeps one in a run folder,
`write` makes atomic files of tables and `describe` counts. Everything is Arrow and numpy; nothing here knows torch.
"""
