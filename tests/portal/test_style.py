"""What the pages' files promise: colours and sizes by name, nothing that a strict CSP refuses."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "portal/static/portal/css"
MODULES = sorted((ROOT / "portal/static/portal/js").glob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
RAW = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|(?<![\w-])\d*\.?\d+(?:px|rem|em)\b")
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|hx-on", re.IGNORECASE)


def without_comments(css):
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


@pytest.mark.parametrize(
    "sheet", [path for path in sorted(CSS.glob("*.css")) if path.name != "tokens.css"], ids=str
)
def test_only_the_tokens_hold_raw_colours_and_sizes(sheet):
    # A media query cannot read a custom property, so its width stands there itself.
    text = re.sub(r"@media[^{]*", "", without_comments(sheet.read_text()))

    assert RAW.findall(text) == []


def test_every_name_that_a_style_sheet_uses_is_a_token():
    known = set(re.findall(r"(--[\w-]+):", (CSS / "tokens.css").read_text()))
    used = {
        name
        for path in CSS.glob("*.css")
        for name in re.findall(r"var\((--[\w-]+)", path.read_text())
    }

    assert used - known == set()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_has_inline_script_or_style(template):
    assert INLINE.findall(template.read_text()) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_is_short_and_puts_no_html_from_data(module):
    text = module.read_text()

    assert len(text.splitlines()) < 150
    assert "innerHTML" not in text
