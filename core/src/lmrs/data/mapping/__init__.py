"""`data.yaml`: a short file that says which file of a folder is what, so that none has to be converted."""
