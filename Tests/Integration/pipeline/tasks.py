"""The work: reading, hashing, compressing, checking and summarising a tree of files.

A task takes what the run knows so far and returns what it adds to it. What goes wrong is raised
as Python raises it; nothing here fails on purpose.
"""

import collections
import gzip
import hashlib
import json
import pathlib
import zlib

Facts = dict[str, object]


def find_files(facts: Facts) -> Facts:
    """Lists the files of the tree."""
    tree = pathlib.Path(facts["tree"])
    if not tree.is_dir():
        raise NotADirectoryError(f"{tree} is no folder")
    paths = sorted(path for path in tree.rglob("*") if path.is_symlink() or path.is_file())
    return {"files": [str(path.relative_to(tree)) for path in paths]}


def hash_files(facts: Facts) -> Facts:
    """Digests each file, and the tree as a whole."""
    whole = hashlib.sha256()
    digests = {}
    for name, content in _contents(facts):
        digests[name] = hashlib.sha256(content).hexdigest()
        whole.update(f"{name} {digests[name]}\n".encode())
    return {"digests": digests, "tree_digest": whole.hexdigest()}


def compress_files(facts: Facts) -> Facts:
    """Measures how small each file becomes."""
    sizes = {}
    for name, content in _contents(facts):
        packed = zlib.compress(content, level=6)
        if zlib.decompress(packed) != content:
            raise ValueError(f"{name} does not come back from its compressed form")
        sizes[name] = {"bytes": len(content), "compressed": len(packed)}
    return {"sizes": sizes}


def summarise(facts: Facts) -> Facts:
    """Adds up lines and bytes by kind of file."""
    kinds = collections.defaultdict(lambda: {"files": 0, "lines": 0, "bytes": 0})
    for name, content in _contents(facts):
        kind = kinds[pathlib.Path(name).suffix or "none"]
        kind["files"] += 1
        kind["lines"] += content.count(b"\n")
        kind["bytes"] += len(content)
    return {"kinds": kinds}


def unpack(facts: Facts) -> Facts:
    """Reads each file as text, through gzip where its name says so."""
    texts = {}
    for name, content in _contents(facts):
        if name.endswith(".gz"):
            content = gzip.decompress(content)
        texts[name] = content.decode()
    return {"texts": texts}


def parse(facts: Facts) -> Facts:
    """Parses each text as JSON, and counts the values by their type."""
    counts = collections.Counter()
    for text in facts["texts"].values():
        _count(json.loads(text), counts)
    return {"values": counts}


def _count(value: object, counts: collections.Counter):
    counts[type(value).__name__] += 1
    children = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        for child in children:
            _count(child, counts)


def _contents(facts: Facts):
    tree = pathlib.Path(facts["tree"])
    for name in facts["files"]:
        yield name, (tree / name).read_bytes()
