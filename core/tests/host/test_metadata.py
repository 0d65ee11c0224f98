"""What metadata can say against a plugin is said before any of its code runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement

from lmrs.host.contract import plainly_fits
from lmrs_plugins import PluginError, __version__

CONTRACT = pytest.mark.fault("A: the contract that it needs is {id}")
EXTRA = pytest.mark.fault("A: what its extra needs is {id}")


@pytest.mark.parametrize(
    ("requires", "state"),
    [
        pytest.param("lmrs-plugins>=0.1,<0.2", "loaded", id="fits"),
        pytest.param("lmrs_plugins (>=0.1)", "loaded", id="fits, other spelling"),
        pytest.param("LMRS.Plugins==0.1.*", "loaded", id="fits, third spelling"),
        pytest.param("lmrs-plugins", "loaded", id="any version"),
        pytest.param("lmrs-plugins @ https://example.org/x.whl", "loaded", id="by address"),
        pytest.param("lmrs-plugins>=7; python_version<'3'", "loaded", id="not for this Python"),
        pytest.param("lmrs-plugins>=7; extra=='all'", "loaded", id="of an extra that nobody asked for"),
        pytest.param("lmrs-plugins<0.1", "refused", id="too old", marks=CONTRACT),
        pytest.param(
            "lmrs-plugins==0.0.1",
            "refused",
            id="too old, pinned",
            marks=CONTRACT,
        ),
        pytest.param("lmrs-plugins>=99", "refused", id="too new", marks=CONTRACT),
        pytest.param("lmrs-plugins>=0.1,<0.2; python_version=='1'", "loaded", id="marker is false"),
        pytest.param("lmrs-plugins >> 3", "refused", id="unreadable", marks=CONTRACT),
        pytest.param(
            "lmrs-plugins>=0.1; nonsense=='3'",
            "refused",
            id="unreadable marker",
            marks=CONTRACT,
        ),
    ],
)
def test_contract_version(site, host, requires, state):
    module = site.add("one", requires=["numpy", requires])
    row = host().plugins[-1]
    assert row.state == state
    assert site.imported(module) == (state == "loaded")


NUMBERS = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda numbers: ".".join(map(str, numbers)))
VERSIONS = st.one_of(NUMBERS, st.sampled_from(["1.0rc1", "0.1.dev2", "1.0.post1", "1!2.0", "1.0+local"]))
SIGNS = st.sampled_from([">=", "<", ">", "<=", "==", "!=", "~=", " >= ", " <"])


MARKERS = st.sampled_from(["", "; extra=='x'", " ; os_name=='a'"])


@given(st.lists(st.tuples(SIGNS, VERSIONS), max_size=3), VERSIONS, MARKERS)
def test_the_short_cut_never_says_yes_where_packaging_says_no(clauses, version, marker):
    line = "lmrs-plugins" + ",".join(sign + bound for sign, bound in clauses) + marker
    try:
        requirement = Requirement(line)
        fits = requirement.marker is None and requirement.specifier.contains(version, prereleases=True)
    except InvalidRequirement:
        fits = False
    usual = all(sign.strip() in (">=", "<") and bound[-1:].isdigit() for sign, bound in clauses) and clauses != []
    if plainly_fits(line, version):
        assert fits
    elif usual and not marker and set(version + "".join(bound for _, bound in clauses)) <= set("0123456789."):
        assert not fits


def test_the_usual_requirement_does_without_packaging(site):
    site.add("one")
    ask = f"""
import sys
from lmrs.host.host import Host
print(Host(path=[{str(site.folder)!r}], environ={{}}).plugins[-1].state, "packaging" in sys.modules)
"""
    environ = {**os.environ, "PYTHONPATH": str(site.folder)}
    said = subprocess.run([sys.executable, "-c", ask], env=environ, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["loaded", "False"]


def test_an_incompatible_contract_says_what_to_install(site, host):
    site.add("one", requires=["lmrs-plugins>=99"])
    row = host().plugins[-1]
    assert row.cause == f"it needs lmrs-plugins>=99, and lmrs-plugins {__version__} is installed"
    assert row.cure == "pip install --upgrade lmrs-one lmrs-plugins"


def test_no_stated_contract_is_noted(site, host):
    site.add("one", requires=["numpy", "lmrs-plugins-extra>=4"])
    row = host().plugins[-1]
    assert (row.state, row.notes) == ("loaded", ("does not say which lmrs-plugins it needs",))


@pytest.mark.parametrize(
    ("requirement", "state"),
    [
        pytest.param("numpy; extra=='fast'", "loaded", id="present"),
        pytest.param("no-such-distribution; extra=='fast'", "refused", id="missing", marks=EXTRA),
        pytest.param("numpy>=999; extra=='fast'", "refused", id="too old", marks=EXTRA),
        pytest.param("no-such-distribution; extra=='other'", "loaded", id="of another extra"),
    ],
)
def test_an_entry_point_with_extras(site, host, requirement, state):
    module = site.add("one", value="{module} [fast]", requires=["lmrs-plugins>=0.1", requirement])
    row = host().plugins[-1]
    assert row.state == state
    assert site.imported(module) == (state == "loaded")
    if state == "refused":
        assert row.cure == "pip install 'lmrs-one[fast]'"


@pytest.mark.fault("A: one name in two distributions")
def test_a_name_that_two_distributions_claim(site, host):
    modules = [site.add("same", distribution="lmrs-a"), site.add("same", distribution="lmrs-b"), site.add("other")]
    made = host()
    rows = {row.distribution: row for row in made.plugins}
    for distribution in ("lmrs-a", "lmrs-b"):
        assert rows[distribution].state == "refused"
        assert rows[distribution].cause == "the name 'same' is claimed by lmrs-a 1.0 and lmrs-b 1.0"
    assert [site.imported(module) for module in modules] == [False, False, True]
    with pytest.raises(PluginError, match=r"claimed by lmrs-a 1\.0 and lmrs-b 1\.0"):
        made.registry.lookup("encoder", "same/thing")


@pytest.mark.fault("B: denying one of two that claim a name")
def test_leaving_one_of_two_out_frees_the_name(site, host):
    site.add("same", distribution="lmrs-a")
    site.add("same", distribution="lmrs-b")
    made = host(disable=["lmrs-a"])
    assert made.registry.lookup("encoder", "same/thing").distribution == "lmrs-b"


@pytest.mark.fault("A: one name twice in a distribution")
def test_a_name_twice_in_one_distribution(site, host):
    site.add("one", entries="[lmrs]\nsame = {module}\nsame = {module}:Thing\n")
    assert [row.state for row in host().plugins] == ["loaded", "refused", "refused"]


@pytest.mark.fault("B: a stranger with the name of the host")
def test_the_hosts_name_is_taken(site, host):
    module = site.add("lmrs", distribution="impostor")
    made = host()
    rows = {row.distribution: row for row in made.plugins}
    assert (rows["lmrs"].state, rows["impostor"].state) == ("loaded", "refused")
    assert not site.imported(module)


@pytest.mark.fault("A: unusable name: {id}")
@pytest.mark.parametrize("name", ["Upper", "a/b", "with blank", "1st"])
def test_a_name_that_nobody_could_write(site, host, name):
    site.add("one", entries=f"[lmrs]\n{name} = {{module}}\n")
    row = next(row for row in host().plugins if row.name == name)
    assert row.state == "refused"
    assert "is no name for a plugin" in row.cause


@pytest.mark.fault("A: the same distribution twice on the path")
def test_the_same_distribution_twice_on_the_path_counts_once(site, host, tmp_path):
    site.add("one")
    twin = tmp_path / "twin"
    shutil.copytree(site.folder, twin)
    for paths in ([site.folder, twin], [site.folder, site.folder], [twin, site.folder]):
        made = host(path=[str(path) for path in paths])
        assert [(row.name, row.state) for row in made.plugins] == [("lmrs", "loaded"), ("one", "loaded")]


@pytest.mark.fault("A: two versions of a distribution on the path")
def test_an_older_version_earlier_on_the_path_wins_as_for_imports(site, host, tmp_path):
    module = site.add("one", version="1.0")
    newer = type(site)(tmp_path / "newer")
    newer.add("one", "raise RuntimeError('the wrong one')", version="2.0")
    made = host(path=[str(site.folder), str(newer.folder)])
    assert [(row.name, row.version, row.module) for row in made.plugins[1:]] == [("one", "1.0", module)]


@pytest.mark.fault("A: a first copy without the entry point hides the second")
def test_a_distribution_whose_first_copy_has_no_entry_point(site, host, tmp_path):
    """Python would import the first copy, so the second one's entry point is none of its plugins."""
    site.add("one", entries="[console_scripts]\none = {module}:main\n")
    other = type(site)(tmp_path / "other")
    other.add("one")
    assert [row.name for row in host(path=[str(site.folder), str(other.folder)]).plugins] == ["lmrs"]


@pytest.mark.fault("A: broken metadata: {id}")
@pytest.mark.parametrize(
    ("entries", "metadata", "cause"),
    [
        pytest.param("[lmrs]\nnot a line\n", "", "entry_points.txt cannot be read", id="entry points"),
        pytest.param("", "\n", "no name in METADATA", id="metadata"),
    ],
)
def test_broken_metadata(site, host, entries, metadata, cause):
    site.add("good")
    site.add("bad", entries=entries, metadata=metadata)
    made = host()
    assert {row.state for row in made.plugins} == {"loaded", "refused"}
    (bad,) = [row for row in made.plugins if row.state == "refused"]
    assert cause in bad.cause
    assert made.registry.lookup("encoder", "thing").plugin == "good"


@pytest.mark.fault("A: broken metadata of somebody else")
def test_broken_metadata_of_others_are_none_of_our_business(site, host):
    site.add("good")
    for number, data in enumerate((b"\xff\xfe", b"nonsense without a section", b"[other]\nnot a line")):
        info = site.folder / f"stranger_{number}-1.0.dist-info"
        info.mkdir()
        (info / "entry_points.txt").write_bytes(data)
    assert [(row.name, row.state) for row in host().plugins] == [("lmrs", "loaded"), ("good", "loaded")]
