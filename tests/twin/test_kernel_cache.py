"""Machine code that is kept belongs to one state of the sources."""

import os
import subprocess
import sys
from pathlib import Path

from twin.kernel_cache import MOST_KEPT, sources_hash

CALLEE = "from numba import njit\n\n@njit(cache=True)\ndef figure():\n    return {}\n"
CALLER = """from numba import njit
from twin.callee import figure

@njit(cache=True)
def twice():
    return 2 * figure()
"""


def test_a_kernel_called_from_another_file_is_never_stale(tmp_path: Path) -> None:
    sources, home = tmp_path / "sources", tmp_path / "home"
    (sources / "twin").mkdir(parents=True)
    own = Path(__file__).parents[2] / "twin"
    for name in ("cache.py", "kernel_cache.py", "__init__.py"):
        (sources / "twin" / name).write_bytes((own / name).read_bytes())
    (sources / "twin" / "caller.py").write_text(CALLER)
    answers = []
    for figure in range(1, MOST_KEPT + 3):
        (sources / "twin" / "callee.py").write_text(CALLEE.format(figure))
        answers.append(_asked(sources, home))
    assert answers == [2 * figure for figure in range(1, MOST_KEPT + 3)]
    assert len(list((home / "kernels").iterdir())) == MOST_KEPT


def _asked(sources: Path, home: Path) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment |= {"TASHKENT_TWIN_CACHE": str(home), "PYTHONPATH": str(sources)}
    program = "from twin.caller import twice; print(twice())"
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=sources, env=environment, check=True, capture_output=True, text=True
    )
    return int(told.stdout)


def test_only_files_with_kernels_count(tmp_path: Path) -> None:
    (tmp_path / "twin").mkdir()
    (tmp_path / "twin" / "fast.py").write_text(CALLEE.format(1))
    before = sources_hash(tmp_path)
    (tmp_path / "twin" / "plain.py").write_text("x = 1\n")
    assert sources_hash(tmp_path) == before
    (tmp_path / "twin" / "fast.py").write_text(CALLEE.format(2))
    assert sources_hash(tmp_path) != before
