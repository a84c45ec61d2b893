"""Files of a state, a mapping from paths to numbers: JSON, or NumPy's npz without pickle."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scalargrad.errors import UnknownNameError

if TYPE_CHECKING:
    from os import PathLike


def write(state: Mapping[str, float], file: "str | PathLike[str]") -> None:
    """Write a state to a file that ends in `.json` or `.npz`."""
    if _suffix(file) == ".json":
        import json
        from pathlib import Path

        Path(file).write_text(json.dumps(dict(state), indent=1) + "\n", encoding="utf-8")
    else:
        import numpy as np

        np.savez(file, paths=np.array(list(state), dtype=str), data=np.array(list(state.values()), float))


def read(file: "str | PathLike[str]") -> dict[str, float]:
    """Return the state in a file that `write` wrote; it is read as data, never run."""
    if _suffix(file) == ".json":
        import json
        from pathlib import Path

        return dict(json.loads(Path(file).read_text(encoding="utf-8")))
    import numpy as np

    with np.load(file, allow_pickle=False) as arrays:
        return dict(zip(arrays["paths"].tolist(), arrays["data"].tolist(), strict=True))


def _suffix(file: "str | PathLike[str]") -> str:
    from pathlib import Path

    suffix = Path(file).suffix
    if suffix not in {".json", ".npz"}:
        message = f"a state is saved as .json or .npz, got the file name {str(file)!r}"
        raise UnknownNameError(message)
    return suffix
