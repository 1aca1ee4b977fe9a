"""The report's page, from runs made up."""

from dittofs.testing.page import render


def run(server, *tests):
    rows = [
        {"test": name, "covers": [[place, what]], "doc": "", "seconds": 0.1, "outcome": outcome, "evidence": evidence}
        for name, place, what, outcome, evidence in tests
    ]
    return {"server": server, "started": 0, "seconds": 1.5, "seed": 7, "rerun": "", "tests": rows}


def test_sections_are_in_the_order_of_their_numbers():
    places = ["POSIX chmod", "RFC5531 11", "RFC1813 3.3.10", "RFC1813 3.3.9", "RFC793 3.5", "RFC5531 A", "RFC1813 2.6"]
    page = render([run("a", *((f"t{n}", place, "what", "passed", []) for n, place in enumerate(places)))])
    anchors = ["RFC793-3.5", "RFC1813-2.6", "RFC1813-3.3.9", "RFC1813-3.3.10", "RFC5531-11", "RFC5531-A", "POSIX-chmod"]
    found = [page.index(f'<section id="{anchor}"') for anchor in anchors]
    assert found == sorted(found)


def test_a_cell_counts_and_shows_the_worst():
    page = render(
        [
            run(
                "a",
                ("t1", "RFC1813 2.6", "one", "passed", []),
                ("t2", "RFC1813 2.6", "two", "known", [["known failure", "why"]]),
                ("t3", "RFC1813 2.6", "three", "failed", [["failure", "boom"]]),
            )
        ]
    )
    assert '<a class="cell failed" href="#RFC1813-2.6" title="1 failed, 1 known failures, 1 passed"><b>1/3</b>' in page


def test_a_server_without_a_section_has_an_empty_cell():
    page = render(
        [run("a", ("t1", "RFC1813 2.6", "one", "passed", [])), run("b", ("t2", "RFC1813 2.5", "two", "passed", []))]
    )
    assert page.count("<td></td>") == 2


def test_what_tests_say_is_text_not_markup():
    page = render([run("<b>", ("t<i>", "RFC1813 2.6", "a < b & c", "failed", [["<h5>", "<script>alert(1)</script>"]]))])
    assert "<script>alert" not in page and "a &lt; b &amp; c" in page and "<h2>&lt;b&gt;</h2>" in page


def test_dollar_signs_survive():
    assert "costs $5 and ${more}" in render([run("a", ("t", "RFC1813 2.6", "costs $5 and ${more}", "passed", []))])
