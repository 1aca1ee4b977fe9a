"""The report in a real browser: Chromium, without a window."""

import json
import random
import re
import shutil
import subprocess

import pytest

from dittofs.testing.page import render

CHROMIUM = shutil.which("chromium") or ""
TESTS = 3000


def made_up(server: str, bad: float) -> dict:
    """A run of thousands of tests in many sections, some of which went wrong."""
    draw = random.Random(server)
    tests = []
    for n in range(TESTS):
        outcome = draw.choices(("passed", "failed", "known", "skipped"), (1 - 3 * bad, bad, bad, bad))[0]
        place = f"RFC1813 3.3.{n % 22}" if n % 2 else f"RFC8881 18.{n % 51 + 1}"
        evidence = [] if outcome == "passed" else [["failure", f"why {n}"]]
        tests.append(
            {
                "test": f"suite/test_{n % 60}.py::test_{n}[x]", "covers": [[place, f"sentence {n}"]], "doc": "", "seconds": 0.1,
                "outcome": outcome, "evidence": evidence,
            }
        )  # fmt: skip
    return {"server": server, "started": 0, "seconds": 9.0, "seed": 7, "rerun": "", "tests": tests}


@pytest.fixture(scope="module")
def page() -> str:
    return render([made_up("ours", 0.01), made_up("theirs", 0.1)])


def browse(tmp_path, html: str, *options: str) -> str:
    """What Chromium prints of a page."""
    file = tmp_path / "page.html"
    file.write_text(html)
    profile = tmp_path / "profile"
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}"]
    done = subprocess.run([*command, *options, f"file://{file}"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def evaluated(tmp_path, html: str, script: str, *options: str):
    """The value of an expression in the page, after its own script ran."""
    ending = f'<script>document.title = "RESULT" + JSON.stringify((() => {{ {script} }})()) + "END";</script></html>'
    said = browse(tmp_path, html.replace("</html>", ending), "--dump-dom", *options)
    found = re.search(r"<title>RESULT(.*)END</title>", said, re.DOTALL)
    assert found, said[:2000]
    return json.loads(found[1].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))


PRESS = 'const press = key => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));'
SHOWN = 'const shown = () => [...document.querySelectorAll(".test:not([hidden])")];'


@pytest.mark.parametrize("scheme, dark", [("0", True), ("1", False)])
def test_a_picture_in_light_and_dark(page, tmp_path, scheme, dark):
    from PIL import Image

    picture = tmp_path / "picture.png"
    browse(tmp_path, page, "--window-size=1280,1400", f"--screenshot={picture}", f"--blink-settings=preferredColorScheme={scheme}")
    image = Image.open(picture).convert("RGB")
    assert image.size == (1280, 1400)
    colours = dict((colour, count) for count, colour in image.getcolors(1 << 24))
    ground = max(colours, key=lambda colour: colours[colour])
    assert (sum(ground) < 3 * 64) == dark
    assert colours[ground] < 0.97 * 1280 * 1400  # something is on it
    for verdict in ((46, 139, 87), (199, 59, 59)) if not dark else ((79, 174, 122), (229, 104, 106)):
        assert colours.get(verdict, 0) > 100, f"no {verdict}"


def test_nothing_is_wider_than_the_window(page, tmp_path):
    script = "return [window.innerWidth, document.documentElement.scrollWidth];"
    for size in (1280, 600):
        inside, content = evaluated(tmp_path, page, script, f"--window-size={size},900")
        assert inside <= size and content <= inside


def test_search(page, tmp_path):
    script = f"""{SHOWN}
      const type = text => {{ find.value = text; find.dispatchEvent(new Event("input")); return shown().length; }};
      return [shown().length, type("test_1234"), type("rfc8881-18.3 failed"), type("no such thing"), type("")];"""
    assert evaluated(tmp_path, page, script)[:2] == [TESTS, 1]
    everything, one, _, none, again = evaluated(tmp_path, page, script)
    assert (everything, one, none, again) == (TESTS, 1, 0, TESTS)


def test_only_failures_and_only_differences(page, tmp_path):
    script = f"""{SHOWN}
      failed.click(); const failures = shown(); failed.click(); differs.click();
      return [failures.length, failures.every(t => t.classList.contains("failed")), shown().length,
              shown().every(t => t.classList.contains("differs"))];"""
    failures, all_failed, differences, all_differ = evaluated(tmp_path, page, script)
    assert 0 < failures < TESTS and all_failed
    assert 0 < differences < TESTS and all_differ


def test_keys(page, tmp_path):
    """/ searches, j and k step, Enter opens, f filters, Escape shows all again."""
    script = f"""{SHOWN} {PRESS}
      press("/"); const searching = document.activeElement.id; press("Escape");
      press("f"); const filtered = shown().length;
      press("j"); const first = document.activeElement === shown()[0];
      press("j"); const second = document.activeElement === shown()[1];
      press("k"); const back = document.activeElement === shown()[0];
      press("Enter"); const open = document.activeElement.open;
      press("Escape");
      return [searching, filtered < tests.length, first, second, back, open, shown().length];"""
    assert evaluated(tmp_path, page, script) == ["find", True, True, True, True, True, TESTS]


def test_every_cell_leads_to_its_tests(page, tmp_path):
    script = """const cells = [...document.querySelectorAll("a.cell")];
      return [cells.length, cells.filter(c => !document.getElementById(decodeURIComponent(c.hash.slice(1)))).length];"""
    cells, lost = evaluated(tmp_path, page, script)
    assert cells > 100 and lost == 0


def test_what_a_test_says_does_nothing_in_the_browser(tmp_path):
    run = made_up("<img src=x onerror=document.title=1>", 0.1)
    run["tests"][0]["evidence"] = [["<b>", "</pre><script>document.body.innerHTML=''</script>"]]
    assert evaluated(tmp_path, render([run]), 'return document.querySelectorAll(".test").length;') == TESTS
