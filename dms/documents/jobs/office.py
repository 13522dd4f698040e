"""Turn a DOCX or a picture into a PDF."""

import os
import subprocess
from pathlib import Path

from PIL import Image, ImageOps

from dms.documents.jobs.image_inspection import open_bounded
from dms.documents.sniff import MediaType

_A4_WIDTH, _A4_HEIGHT = 210 / 25.4, 297 / 25.4  # inches
_QUALITY = 90

#: LibreOffice's own settings: no macro ever runs, no link is followed, no document reaches out.
_REGISTRY = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Common/Misc", "UseLocking", "false"),
    ("Office.Common/Save/Document", "CreateBackup", "false"),
)
_ITEM = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
)
_PDFA_2B = (
    'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"},'
    '"ExportFormFields":{"type":"boolean","value":"false"},"ExportBookmarks":{"type":"boolean","value":"true"},'
    '"Quality":{"type":"long","value":"90"}}'
)


def warm_up() -> None:
    """Nothing is loaded late here."""


def docx_to_pdfa(soffice: Path, source: Path, workplace: Path, fonts: Path) -> int:
    """Convert ``source`` to ``workplace/<its stem>.pdf`` (PDF/A-2b); return LibreOffice's exit code."""
    profile = workplace / "profile"
    _write_profile(profile)
    command = (
        str(soffice),
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--convert-to",
        _PDFA_2B,
        "--outdir",
        str(workplace),
        str(source),
    )
    environment = {
        **os.environ,
        "HOME": str(workplace),
        "TMPDIR": str(workplace),
        "XDG_CACHE_HOME": str(workplace / "cache"),
        "FONTCONFIG_FILE": str(fonts),
        "SAL_USE_VCLPLUGIN": "svp",
    }
    return subprocess.run(command, env=environment, check=False, cwd=workplace).returncode  # noqa: S603 - a fixed program


def _write_profile(profile: Path) -> None:
    items = "\n".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_REGISTRY.format(items=items), encoding="utf-8")


def image_to_pdf(source: Path, media_type: MediaType, target: Path, pixels: int) -> int:
    """Put a picture upright on one page that fits on A4; return 0."""
    with open_bounded(source, media_type, pixels) as picture:
        upright = _on_white(ImageOps.exif_transpose(picture))
        wide = upright.width > upright.height
        paper = (_A4_HEIGHT, _A4_WIDTH) if wide else (_A4_WIDTH, _A4_HEIGHT)
        resolution = max(upright.width / paper[0], upright.height / paper[1])
        upright.save(target, "PDF", resolution=resolution, quality=_QUALITY)
    return 0


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGB", "L"}:
        return picture
    flat = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", flat.size, "white"), flat).convert("RGB")
