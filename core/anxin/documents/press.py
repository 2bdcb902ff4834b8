"""Sets one document: its blocks as JSON on standard input, the PDF on standard output.

A process of its own, because the typesetter keeps 80 MB once it has worked: they go with it.
"""

import sys
from pathlib import Path

import typst

TEMPLATE = Path(__file__).parent / "document.typ"


def main(fonts: str) -> None:
    sys.stdout.buffer.write(
        typst.compile(
            TEMPLATE.read_bytes(),
            font_paths=[fonts],  # type: ignore[arg-type]  (typst takes paths as text too)
            ignore_system_fonts=True,
            sys_inputs={"data": sys.stdin.buffer.read().decode()},
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
