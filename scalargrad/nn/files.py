"""Files of a state, a mapping from paths to numbers: JSON, or NumPy's npz without pickle."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scalargrad.errors import ScalargradError, StateFormatError, UnknownNameError
from scalargrad.files import save

if TYPE_CHECKING:
    from os import PathLike


def write(state: Mapping[str, float], file: "str | PathLike[str]") -> None:
    """Write a state to a file that ends in `.json` or `.npz`."""
    save(file, "a state", {".json": lambda: _json(state), ".npz": lambda: _npz(state)})


def _json(state: Mapping[str, float]) -> str:
    import json

    return json.dumps(dict(state), indent=1) + "\n"


def _npz(state: Mapping[str, float]) -> bytes:
    import io

    import numpy as np

    data = io.BytesIO()
    np.savez(data, paths=np.array(list(state), dtype=str), data=np.array(list(state.values()), float))
    return data.getvalue()


def read(file: "str | PathLike[str]") -> dict[str, float]:
    """Return the state in a file that `write` wrote; it is read as data, never run.

    Raises StateFormatError for one that holds something else, or is damaged.
    """
    try:
        return _read(file)
    except (OSError, ScalargradError):
        raise
    except Exception as error:  # whatever JSON or NumPy finds wrong
        message = f"{str(file)!r} does not hold the state of a module, numbers by their paths: {error}"
        raise StateFormatError(message) from error


def _read(file: "str | PathLike[str]") -> dict[str, float]:
    from pathlib import Path

    suffix = Path(file).suffix.lower()
    if suffix == ".json":
        import json

        return dict(json.loads(Path(file).read_text(encoding="utf-8")))
    if suffix != ".npz":
        message = f"a state is read from .json or .npz, got the file name {str(file)!r}"
        raise UnknownNameError(message)
    import numpy as np

    with np.load(file, allow_pickle=False) as arrays:
        return dict(zip(arrays["paths"].tolist(), arrays["data"].tolist(), strict=True))
