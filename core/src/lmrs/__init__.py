"""LMRS: recommenders in the language-model paradigm, composed out of plugins."""
