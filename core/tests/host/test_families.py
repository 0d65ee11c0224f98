"""A plugin adds a family, and any other offers members of it."""

from __future__ import annotations

import pytest

from lmrs_plugins import InputError

FAMILY = """
@hookimpl
def lmrs_families():
    return [Family(name="indexer", hook="lmrs_indexers", summary="gives items codes", protocol="somewhere:Indexer")]
"""
MEMBER = "@hookimpl\ndef lmrs_indexers():\n    return [card('tree', family='indexer')]\n"


def states(made):
    return {row.name: row.state for row in made.plugins if row.name != "lmrs"}


@pytest.mark.parametrize(("owner", "member"), [("a", "z"), ("z", "a")])
def test_another_plugins_family_gets_members(site, host, owner, member):
    site.add(owner, FAMILY)
    site.add(member, MEMBER)
    made = host()
    assert states(made) == {owner: "loaded", member: "loaded"}
    assert made.families["indexer"].protocol == "somewhere:Indexer"
    assert made.registry.lookup("indexer", "tree").name == f"{member}/tree"
    assert {row.name: row.counts for row in made.plugins if row.name != "lmrs"} == {owner: {}, member: {"indexer": 1}}


def test_owner_and_member_in_one(site, host):
    site.add("one", FAMILY + MEMBER)
    assert host().registry.lookup("indexer", "tree").name == "one/tree"


def test_the_hosts_own_families_are_all_there(host):
    assert {"dataset", "encoder", "metric", "recipe"} <= host().families.keys()


@pytest.mark.fault("A: member of a family that nobody declares")
def test_a_member_without_its_family_is_refused(site, host):
    site.add("member", MEMBER)
    made = host()
    assert states(made) == {"member": "refused"}
    assert "unknown hook 'lmrs_indexers'" in made.plugins[-1].cause
    assert "optionalhook" in made.plugins[-1].cure
    with pytest.raises(InputError, match="unknown family 'indexer'"):
        made.registry.lookup("indexer", "tree")


def test_a_member_that_can_do_without(site, host):
    site.add(
        "member",
        MEMBER.replace("@hookimpl", "@hookimpl(optionalhook=True)") + "\n@hookimpl\ndef lmrs_tasks():\n    return []",
    )
    assert states(host()) == {"member": "loaded"}


@pytest.mark.fault("A: the owner of a family is refused")
def test_what_a_refused_owner_declared_is_gone(site, host):
    """The member is judged again, without the family."""
    site.add("owner", FAMILY + "@hookimpl\ndef lmrs_tasks():\n    return None")
    site.add("member", MEMBER)
    made = host()
    assert states(made) == {"owner": "refused", "member": "refused"}
    rows = {row.name: row for row in made.plugins}
    assert "lmrs_tasks returned None" in rows["owner"].cause
    assert "unknown hook 'lmrs_indexers'" in rows["member"].cause
    assert "indexer" not in made.families


@pytest.mark.fault("A: a family that two plugins declare")
def test_a_family_that_two_plugins_declare(site, host):
    site.add("one", FAMILY)
    site.add("two", FAMILY.replace("lmrs_indexers", "lmrs_other"))
    site.add("three")
    made = host()
    assert states(made) == {"one": "refused", "two": "refused", "three": "loaded"}
    for row in made.plugins:
        if row.state == "refused":
            assert "'one' (lmrs-one) and 'two' (lmrs-two)" in row.cause


@pytest.mark.fault("A: a hook that two families share")
def test_a_hook_that_two_families_share(site, host):
    site.add("one", FAMILY)
    site.add("two", FAMILY.replace('"indexer"', '"other"'))
    made = host()
    assert states(made) == {"one": "refused", "two": "refused"}
    assert "lmrs_indexers" in made.plugins[-1].cause


@pytest.mark.fault("A: family: {id}")
@pytest.mark.parametrize(
    ("change", "cause"),
    [
        pytest.param(('"indexer"', '"encoder"'), "is the host's own", id="name of the host's"),
        pytest.param(("lmrs_indexers", "lmrs_encoders"), "is the host's own", id="hook of the host's"),
        pytest.param(("lmrs_indexers", "lmrs_after_save"), "is the host's own", id="hook of the life cycle"),
        pytest.param(("lmrs_indexers", "lmrs_families"), "is the host's own", id="the hook of families"),
        pytest.param(("lmrs_indexers", "indexers"), "starts with lmrs_", id="hook without the prefix"),
        pytest.param(('"indexer"', '"In dexer"'), "lower-case", id="unusable name"),
        pytest.param(('protocol="somewhere:Indexer"', "protokoll=3"), "protokoll", id="unknown key"),
        pytest.param(("return [", "return None\n    ["), "returned None", id="None"),
        pytest.param(("return [", "return [1] or ["), "a int in it", id="not a family"),
        pytest.param(("return [", "return 2 * ["), "offers the family 'indexer' twice", id="twice"),
    ],
)
def test_families_that_do_not_pass(site, host, change, cause):
    site.add("one", FAMILY.replace(*change))
    site.add("two")
    made = host()
    assert states(made)["one"] in ("refused", "failed")
    assert states(made)["two"] == "loaded"
    assert cause in made.plugins[1].line()
    assert "indexer" not in made.families


@pytest.mark.fault("A: the hook of a member has arguments")
def test_a_member_hook_with_arguments(site, host):
    site.add("owner", FAMILY)
    site.add("member", MEMBER.replace("lmrs_indexers()", "lmrs_indexers(data)"))
    assert states(host()) == {"owner": "loaded", "member": "refused"}


@pytest.mark.fault("A: a member of the wrong family")
def test_a_member_of_the_wrong_family(site, host):
    site.add("owner", FAMILY)
    site.add("member", MEMBER.replace("family='indexer'", "family='task'"))
    made = host()
    assert states(made) == {"owner": "loaded", "member": "refused"}
    assert list(made.registry.entries("indexer")) == []
