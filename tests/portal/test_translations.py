"""Every string has its Indonesian, and the check would notice if not."""

from pathlib import Path

from babel.messages import Catalog
from django.conf import settings

from portal import translations
from portal.management.commands.check_translations import CATALOG


def catalog_of(**strings: str) -> Catalog:
    catalog = Catalog(locale="id")
    catalog.mime_headers = [("Plural-Forms", "nplurals=1; plural=0;")]
    for text, string in strings.items():
        catalog.add(text, string)
    return catalog


def faults(catalog, source):
    return [fault.split(" ")[0] for fault in translations.faults(catalog, source)]


def test_every_string_is_there_in_indonesian():
    source = translations.source_catalog(settings.BASE_DIR)
    catalog = translations.read_catalog(settings.LOCALE_PATHS[0] / CATALOG)

    assert list(translations.faults(catalog, source)) == []


def test_a_missing_string_is_named():
    assert faults(catalog_of(), catalog_of(Call="")) == ["missing:"]


def test_an_empty_string_is_missing():
    assert faults(catalog_of(Call=""), catalog_of(Call="")) == ["missing:"]


def test_a_string_that_nobody_asks_for_is_obsolete():
    assert faults(catalog_of(Call="Panggilan"), catalog_of()) == ["obsolete:"]


def test_a_fuzzy_string_is_named():
    catalog = catalog_of()
    catalog.add("Call", "Panggilan", flags=["fuzzy"])

    assert faults(catalog, catalog_of(Call="")) == ["fuzzy:"]


def test_a_string_with_a_place_of_another_name_is_wrong():
    source, catalog = catalog_of(), catalog_of()
    source.add("%(n)s calls", flags=["python-format"])
    catalog.add("%(n)s calls", "%(x)s panggilan", flags=["python-format"])

    assert faults(catalog, source) == ["wrong:"]


def test_strings_of_code_and_templates_are_found(tmp_path: Path):
    for folder in translations.OURS:
        (tmp_path / folder).mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "portal" / "x.py").write_text('from x import gettext as _\n_("in code")\n')
    template = (
        '{% translate "in a tag" %}\n  {% blocktranslate %}in a {{ block }}{% endblocktranslate %}'
    )
    (tmp_path / "templates" / "x.html").write_text(template)

    found = {message.id for message in translations.source_catalog(tmp_path) if message.id}

    assert found == {"in code", "in a tag", "in a %(block)s"}


def test_writing_keeps_what_is_translated(tmp_path: Path):
    path = tmp_path / "id" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    catalog = catalog_of(Call="Panggilan", Gone="Hilang")

    whole = translations.completed(catalog, catalog_of(Call="", New=""))
    translations.write_catalog(whole, path)

    kept = translations.read_catalog(path)
    assert {message.id: message.string for message in kept if message.id} == {
        "Call": "Panggilan",
        "New": "",
    }
