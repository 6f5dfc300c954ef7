import pytest
from steps import plan

SITE = "site: pages docs?  # docs where there are any\npages: fetch\nfetch:\n"
WITH_DOCS = SITE + "docs: tool fetch\ntool:\n"


def test_an_optional_step_that_is_missing_is_ignored():
    assert plan(SITE, "site") == ["1. fetch", "2. pages", "3. site"]


def test_an_optional_step_that_is_there_is_run():
    assert plan(WITH_DOCS, "site") == ["1. fetch", "2. pages", "3. tool", "4. docs", "5. site"]


def test_an_optional_step_may_be_defined_before_it_is_needed():
    assert plan("docs:\nsite: docs?\n", "site") == ["1. docs", "2. site"]


def test_what_only_a_skipped_step_needs_is_left_out():
    assert plan(WITH_DOCS, "site", skip=["docs"]) == ["1. fetch", "2. pages", "3. site"]


def test_what_others_need_too_is_kept():
    assert plan(WITH_DOCS, "site", skip=["pages"]) == ["1. tool", "2. fetch", "3. docs", "4. site"]


def test_a_loop_is_shown():
    with pytest.raises(ValueError) as caught:
        plan("all: fetch\nfetch: unpack\nunpack: fetch\n", "all")
    assert "fetch -> unpack -> fetch" in str(caught.value)


def test_an_unknown_step_is_named():
    with pytest.raises(ValueError) as caught:
        plan("all: fecth\nfetch:\n", "all")
    assert "fecth" in str(caught.value)


def test_two_ways_to_one_step_are_no_loop():
    assert plan("a: b c\nb: d\nc: d\nd:\n", "a") == ["1. d", "2. b", "3. c", "4. a"]
