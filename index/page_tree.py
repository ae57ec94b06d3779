"""The list of a PDF's pages, which is a tree, looked at where its pages do not load."""

from __future__ import annotations

from pathlib import Path

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

MOST_NODES = 20_000  # looked at; twice as many as pages may be


def runs_in_circle(path: Path) -> bool:
    """Whether a branch of the tree holds itself; false where the tree cannot be read."""
    try:
        root = PdfReader(path).root_object.raw_get("/Pages")
        return isinstance(root, IndirectObject) and _holds_itself(root)
    except Exception:  # a damaged PDF makes pypdf raise nearly anything
        return False


def _holds_itself(root: IndirectObject) -> bool:
    above: list[int] = []  # object numbers from the root down to the branch that is looked at
    waiting = [(root, 0)]
    for _ in range(MOST_NODES):
        if not waiting:
            break
        node, depth = waiting.pop()
        del above[depth:]
        if node.idnum in above:
            return True
        above.append(node.idnum)
        branch = node.get_object()
        kids = branch.get("/Kids") if isinstance(branch, DictionaryObject) else None
        if isinstance(kids, ArrayObject):
            waiting += [(kid, depth + 1) for kid in kids if isinstance(kid, IndirectObject)]
    return False
