"""As `check_pydantic`, with e-mail addresses as pydantic's documentation has them: EmailStr."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    os.environ["BENCH_EMAIL"] = "thorough"
    from bench.contenders.check_pydantic import main

    main(sys.argv[1])
