"""The site: Markdown pages by hand, the reference out of docstrings. Built by `./dev docs`; a warning is an error."""

from lmrs_plugins import __version__

project = "LMRS"
copyright = "the LMRS authors"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "LMRS"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# Docstrings write `code` as Markdown does; sections are numpy's.
default_role = "literal"
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": False, "show-inheritance": True}


def escape_stars(app, what, name, obj, options, lines):
    """Let docstrings say (B, *shape): outside backticks a star is a star, not emphasis."""
    for number, line in enumerate(lines):
        parts = line.split("`")
        parts[::2] = [part.replace("*", r"\*") for part in parts[::2]]
        lines[number] = "`".join(parts)


def setup(app):
    app.connect("autodoc-process-docstring", escape_stars)
