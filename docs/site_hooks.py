"""What does the site have besides the pages of this folder?  README and the like; and nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
OF_ROOT = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md",
           "SECURITY.md": "security.md", "deploy/README.md": "deploy.md"}  # fmt: skip
ELSEWHERE = re.compile(r'<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)="?(?:[a-z]+:)?//[^>]*')
ELSEWHERE_IN_CSS = re.compile(r"(?:@import|url\()\s*[\"']?(?:[a-z]+:)?//[^)]*")


def on_files(files: Files, config: Any) -> Files:
    """README is the first page, and the links between it and this folder stay links."""
    for source, target in OF_ROOT.items():
        files.append(File.generated(config, target, content=_linked((ROOT / source).read_text("utf-8"))))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Pages of this folder name those beside it as they lie there."""
    return _linked(markdown.replace("](../", "]("))


def on_post_page(output: str, page: Any, config: Any) -> str:
    """A page that loads something from elsewhere tells others who reads it."""
    if found := ELSEWHERE.search(output):
        raise PluginError(f"{page.file.src_uri}: {found[0]} is loaded from elsewhere. Keep it in docs/.")
    return output


def on_post_build(config: Any) -> None:
    """The same for style sheets."""
    for path in Path(config["site_dir"]).rglob("*.css"):
        if found := ELSEWHERE_IN_CSS.search(path.read_text("utf-8")):
            raise PluginError(f"{path.name}: {found[0]} is loaded from elsewhere.")


def _linked(text: str) -> str:
    text = text.replace("](docs/", "](")
    for source, target in OF_ROOT.items():
        text = text.replace(f"]({source}", f"]({target}")
    return text
