"""Static files under names that hold their hash, our JavaScript modules' imports included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import` paths too, so that a changed module is never mixed with an old one.

    Only in our own modules: the rewriting also takes examples in other packages' comments for
    imports.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "portal/js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],  # noqa: SLF001
    )
