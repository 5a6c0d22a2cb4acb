"""A release is its content: every covered byte counts, and how it is written down does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import EvidenceFault
from seatrial.release.differences import ChangeClass, difference
from seatrial.release.manifest import RUNTIME_SECTIONS, SECTIONS, Manifest, overlay

LEAF = st.one_of(st.text(max_size=8), st.integers(-(2**53) + 1, 2**53 - 1), st.booleans())
TREE = st.recursive(LEAF, lambda each: st.dictionaries(st.text(max_size=6), each, max_size=4), max_leaves=12)
MANIFESTS = st.fixed_dictionaries({name: st.dictionaries(st.text(max_size=6), TREE, max_size=4) for name in SECTIONS})


def manifest(**sections):
    """A small one, some sections replaced."""
    told = {
        "source": {"commit": "c1", "dirty": False, "digest": ""},
        "package": {"version": "1", "sha256": "aa"},
        "locks": {"x.lock": "bb"},
        "components": {"core": "cc"},
        "schema": {"tables": 2},
        "strategies": {"alpaca": {"file": "strategies/trend.py", "sha256": "dd", "parameters": {"fast": 8}}},
        "config": {"files": {"dev.toml": "ee"}, "stages": {"staging": {"speed": 1}, "prod": {"speed": 1}}},
        "limits": {"files": {}, "stages": {"staging": {"loss_limits.max_daily_loss": 2000}, "prod": {}}},
        "policy": {"name": "default", "sha256": "ff"},
    }
    return Manifest({**told, **sections})


@given(MANIFESTS, st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(sections, chance):
    def shuffled(value):
        if not isinstance(value, dict):
            return value
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled(value[key]) for key in keys}

    assert Manifest(shuffled(sections)).digest == Manifest(sections).digest


@given(MANIFESTS, LEAF, st.data())
def test_any_change_of_any_leaf_is_another_release(sections, other, data):
    before = Manifest(sections)
    section = data.draw(st.sampled_from(SECTIONS))
    changed = {**sections, section: {**sections[section], "k": other}}
    if "k" in sections[section] and sections[section]["k"] is other:
        return

    after = Manifest(changed)
    same = after.canonical() == before.canonical()
    assert (after.digest == before.digest) is same
    assert (after.id == before.id) is same


@given(MANIFESTS)
def test_a_stored_manifest_reads_back_to_the_same_release(sections):
    stored = Manifest(sections).canonical()
    assert Manifest.read(stored).canonical() == stored


def test_a_manifest_that_was_written_by_hand_is_refused():
    text = manifest().canonical()
    with pytest.raises(EvidenceFault, match="canonical"):
        Manifest.read(text.replace(b'"commit"', b' "commit"', 1))
    with pytest.raises(EvidenceFault, match="sections"):
        Manifest.read(b'{"form":"release/v1","source":{}}')
    with pytest.raises(EvidenceFault, match="floats"):
        _ = manifest(schema={"tables": 2.5}).digest


def test_where_it_came_from_makes_another_release_but_does_not_run_differently():
    first, second = manifest(), manifest(source={"commit": "c2", "dirty": True, "digest": "11"})

    assert first.id != second.id
    assert first.same_running(second)


@pytest.mark.parametrize("section", RUNTIME_SECTIONS)
def test_every_section_of_code_and_configuration_decides_what_runs(section):
    assert not manifest().same_running(manifest(**{section: {"new": "value"}}))


def test_the_overlay_lists_in_what_staging_and_prod_differ():
    stages = {"staging": {"speed": 1, "logs.level": "DEBUG"}, "prod": {"speed": 1}}
    rows = overlay(manifest(config={"files": {}, "stages": stages}), "staging", "prod")

    assert rows == [
        ("config.logs.level", "DEBUG", None),
        ("limits.loss_limits.max_daily_loss", 2000, None),
    ]


def test_a_strategy_s_parameter_is_a_material_change():
    strategies = {"alpaca": {"file": "strategies/trend.py", "sha256": "dd", "parameters": {"fast": 9}}}
    found = difference(manifest(), manifest(strategies=strategies))

    assert found.change_class is ChangeClass.STRATEGY_MATERIAL
    assert found.why == "strategies.alpaca.parameters.fast decides what is traded"
    assert [(change.name, change.before, change.after) for change in found.changes] == [
        ("strategies.alpaca.parameters.fast", 8, 9)
    ]


def test_a_limit_that_allows_more_is_material_and_one_that_allows_less_is_minor():
    def limited(most):
        return manifest(limits={"files": {}, "stages": {"staging": {"loss_limits.max_daily_loss": most}, "prod": {}}})

    assert difference(limited(2000), limited(2500)).change_class is ChangeClass.STRATEGY_MATERIAL
    assert difference(limited(2500), limited(2000)).change_class is ChangeClass.CONFIG_MINOR


def test_a_library_is_part_of_the_platform_and_a_first_release_is_all_new():
    assert difference(manifest(), manifest(locks={"x.lock": "b2"})).change_class is ChangeClass.PLATFORM
    assert difference(None, manifest()).change_class is ChangeClass.STRATEGY_MATERIAL


def test_a_setting_that_was_removed_retyped_or_given_a_second_life_is_told():
    before = manifest(config={"files": {}, "stages": {"prod": {"speed": 1, "logs.level": "INFO"}}})
    after = manifest(config={"files": {}, "stages": {"prod": {"speed": "fast", "peg": "on"}}})

    warned = difference(before, after, retired={"prod.peg"}).warnings
    assert {(each.name, each.what) for each in warned} == {
        ("prod.logs.level", "removed"),
        ("prod.speed", "retyped"),
        ("prod.peg", "revived"),
    }
