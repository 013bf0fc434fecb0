"""The shared vectors of the contracts, as values for tests."""

import json
from pathlib import Path
from typing import Any

VERSIONS: dict[str, Any] = json.loads((Path(__file__).parent / "versions.json").read_text())
