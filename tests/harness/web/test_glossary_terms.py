"""Tests of `harness.web.glossary_terms` and of the hints that lead to it."""

from harness.web.glossary_terms import GROUPS, TERMS
from harness.web.rendering import PageLayout, render_template


def test_no_term_is_in_two_groups_and_each_definition_is_a_sentence() -> None:
    assert sum(map(len, GROUPS.values())) == len(TERMS)
    assert all(term.definition.endswith(".") for term in TERMS.values())


def test_the_glossary_page_lists_every_term() -> None:
    text = render_template("glossary/glossary.html", PageLayout("Glossary"), groups=GROUPS)
    assert all(f'<dt id="{name}">' in text for name in TERMS)
