"""A report in a real browser: no error on its console, its links work, and it prints."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tools.reports.writing import write_report

PATIENCE = 90


@pytest.fixture(scope="module")
def browser() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no chromium on this machine; .ci/run installs it where it may")
    return found


@pytest.fixture(scope="module")
def page(reported, tmp_path_factory):
    out = tmp_path_factory.mktemp("browsed") / "report.html"
    write_report(reported, out)
    return out


def browsed(browser: str, folder, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the browser without a display, and without the network: each name is found nowhere."""
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        f"--user-data-dir={folder / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr",
        "--v=0", *words,
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)


def console(said: str) -> list[str]:
    """What the page itself said: the lines of its console."""
    return [line for line in said.splitlines() if "CONSOLE" in line]


def test_the_browser_builds_it_whole_and_has_nothing_to_complain_of(browser, page, tmp_path):
    result = browsed(browser, tmp_path, "--dump-dom", page.as_uri())
    assert console(result.stderr) == []
    dom = result.stdout
    assert dom.count("<h2") == 12
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; co" in dom
    assert dom.rstrip().endswith("</html>")
    ids = set(re.findall(r'\bid="([^"]+)"', dom))
    links = re.findall(r'\bhref="#([^"]+)"', dom)
    assert links
    assert set(links) <= ids


def test_a_complaint_would_be_heard(browser, tmp_path):
    # The test before this one would pass on a browser that says nothing at all.
    (tmp_path / "bad.html").write_text("<script>console.error('heard')</script>", encoding="utf-8")
    result = browsed(browser, tmp_path, "--dump-dom", (tmp_path / "bad.html").as_uri())
    assert any("heard" in line for line in console(result.stderr))


def test_its_pictures_are_drawn_and_its_links_scroll(browser, page, tmp_path):
    probe = (
        "<script>addEventListener('load', () => { const bad = [...document.images].filter(i => !i.naturalWidth).length;"
        " let stuck = 0; for (const a of document.querySelectorAll('nav a')) { a.click();"
        " if (Math.abs(document.getElementById(a.hash.slice(1)).getBoundingClientRect().top) > innerHeight) stuck++; }"
        " document.title = `images ${document.images.length} bad ${bad} stuck ${stuck}`; });</script></body>"
    )
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text(encoding="utf-8"))
    (tmp_path / "probed.html").write_text(text.replace("</body>", probe), encoding="utf-8")
    result = browsed(browser, tmp_path, "--dump-dom", (tmp_path / "probed.html").as_uri())
    assert "<title>images 3 bad 0 stuck 0</title>" in result.stdout


def test_it_prints_to_a_pdf_of_several_pages(browser, page, tmp_path):
    out = tmp_path / "report.pdf"
    browsed(browser, tmp_path, f"--print-to-pdf={out}", "--no-pdf-header-footer", page.as_uri())
    content = out.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 4
