"""Static files under names that hold their hash, JavaScript modules' imports included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import` paths too, so that a changed module is never mixed with an old one."""

    support_js_module_import_aggregation = True
