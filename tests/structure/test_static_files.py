"""Every file that a page or a style sheet names is there, so that hashing their names succeeds."""

from pathlib import Path

from django.core.management import call_command
from django.test import override_settings


def test_static_files_can_be_collected_with_hashed_names(tmp_path: Path) -> None:
    hashed = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}

    with override_settings(STATIC_ROOT=tmp_path, STORAGES=hashed):
        call_command("collectstatic", interactive=False, verbosity=0)

    assert (tmp_path / "staticfiles.json").exists()
