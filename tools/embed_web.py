#!/usr/bin/env python3
"""Makes a C++ source that carries the built web application: embed_web.py DIST FOLDER.

Writes FOLDER/web_files.cc and the compressed files beside it; the source takes both spellings of
every file in by .incbin, so that the compiler never reads them. The same files give the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
ASM = """asm(".section .rodata.web_files,\\"a\\"\\n"
    ".globl {name}\\n.hidden {name}\\n.balign 16\\n{name}:\\n.incbin \\"{path}\\"\\n"
    ".text\\n");
extern "C" const char {name}[];
"""
HEAD = """// Made by tools/embed_web.py.
#include "app/gateway/web_files.h"

#include <array>

"""


def main() -> int:
    dist, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    blobs, rows = [], []

    def blob(path: pathlib.Path, size: int) -> str:
        name = f"postern_web_file_{len(blobs)}"
        blobs.append(ASM.format(name=name, path=path.as_posix()))
        return f"{{{name}, {size}}}"

    for number, file in enumerate(sorted(p for p in dist.rglob("*") if p.is_file())):
        kind = TYPES.get(file.suffix)
        if kind is None:
            print(f"{file}: tools/embed_web.py knows no content type for {file.suffix}", file=sys.stderr)
            return 1
        plain = file.read_bytes()
        small = gzip.compress(plain, 9, mtime=0)
        zipped = "{}"
        if len(small) < len(plain):
            path = folder / f"{number}.gz"
            path.write_bytes(small)
            zipped = blob(path, len(small))
        tag = hashlib.sha256(plain).hexdigest()[:24]
        where = "/" + file.relative_to(dist).as_posix()
        rows.append(f'    api::PageFile{{"{where}", "{kind}", "{tag}", {blob(file, len(plain))}, {zipped}}},')
    source = HEAD + "".join(blobs)
    source += "\nnamespace postern::app {\n\nstd::span<const api::PageFile> web_files() {\n"
    source += f"  static constexpr std::array<api::PageFile, {len(rows)}> files{{\n" + "\n".join(rows)
    source += "\n  };\n  return files;\n}\n\n}  // namespace postern::app\n"
    target = folder / "web_files.cc"
    if not target.exists() or target.read_text() != source:
        target.write_text(source)
    else:
        target.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
