"""The recipe room: what was asked, read with line numbers, resolved against what is installed, and checked.

Nothing here imports torch, and nothing here has seen the data: `check.check_data` is told what there is.
"""
