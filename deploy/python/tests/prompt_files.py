"""Prompt files in the forms in which they are published."""

from __future__ import annotations

import json

import pyarrow
import pyarrow.parquet
from harness import check
from treegrpo import prompts
from treegrpo.errors import UserError

PICTURE = {"bytes": b"\xff\xd8", "path": "pictures/1.jpg"}

# file, content, options of `read`, what comes of it
PUBLISHED = (
    ("own.jsonl", '{"id": "a", "text": "a cat", "word": "CAT"}\n\n{"id": "b", "text": "two dogs", "n": 2}\n', {}, [{"word": "CAT", "id": "a", "text": "a cat"}, {"n": "2", "id": "b", "text": "two dogs"}]),
    ("edit.jsonl", '{"id": "a", "text": "make it blue", "source": "in/a.png"}', {"image_column": "source"}, [{"source": "in/a.png", "image": "in/a.png", "id": "a", "text": "make it blue"}]),
    ("plain list.txt", "\ufeffa cat\r\n\r\ntwo dogs, red\r\n", {}, [{"id": "plain-list-000001", "text": "a cat"}, {"id": "plain-list-000002", "text": "two dogs, red"}]),
    ("anime.json", '["a cat", "two dogs"]', {}, [{"id": "anime-000001", "text": "a cat"}, {"id": "anime-000002", "text": "two dogs"}]),  # HPDv2
    ("DrawBench.csv", 'Prompts,Category\n"A red car, and a ""white"" sheep.",Colors\n', {}, [{"Category": "Colors", "id": "DrawBench-000001", "text": 'A red car, and a "white" sheep.'}]),
    ("PartiPrompts.tsv", "Prompt\tCategory\tChallenge\tNote\nbond\tAbstract\tBasic\tBiology, bonds\n", {}, [{"Category": "Abstract", "Challenge": "Basic", "Note": "Biology, bonds", "id": "PartiPrompts-000001", "text": "bond"}]),
    ("geneval.jsonl", '{"tag": "counting", "include": [{"class": "clock", "count": 2}], "prompt": "two clocks"}', {}, [{"tag": "counting", "include": '[{"class": "clock", "count": 2}]', "id": "geneval-000001", "text": "two clocks"}]),
    ("pickapic.parquet", [{"jpg_0": b"\xff", "caption": "a cat", "label_0": 0.5, "ranking_id": 7, "source": PICTURE}], {"id_column": "ranking_id", "image_column": "source"}, [{"label_0": "0.5", "image": "pictures/1.jpg", "id": "7", "text": "a cat"}]),
)

# file, content, options of `read`, how the refusal begins and what it has
BAD = (
    ("a.jsonl", '{"text": "a"}\n\n{"text": \n', {}, "a.jsonl line 3", "must be JSON"),
    ("a.jsonl", '{"text": "a"}\n\n{"text": 7}', {}, "a.jsonl line 3", "must have a text"),
    ("a.jsonl", "7", {}, "a.jsonl line 1", "must be a text or an object"),
    ("a.jsonl", '{"id": "x", "text": "a"}\n\n\n{"id": "x", "text": "b"}', {}, "a.jsonl line 4", "must be unique; it is also that of line 1"),
    ("a.jsonl", '{"id": "null", "text": "a"}', {}, "a.jsonl line 1", "id 'null'"),
    ("a.jsonl", '{"id": "a/b", "text": "a"}', {}, "a.jsonl line 1", "--id-column"),
    ("a.jsonl", '{"text": "a", "picture": 7}', {"image_column": "picture"}, "a.jsonl line 1", "--image-column must hold a path; it holds a int"),
    ("a.json", '{"text": "a"}', {}, "a.json", "must be a list"),
    ("a.json", '["a", null]', {}, "a.json row 2", "must be a text or an object"),
    ("a.csv", 'Prompts,Category\n"two\nlines",A\nb,B,C\n', {}, "a.csv line 4", "as many fields as the file's first line; it has 1 more"),
    ("a.csv", "Prompts,Category\na,A\n,B\n", {}, "a.csv line 3", "must have a text"),
    ("a.tsv", "Words\na\n", {}, "a.tsv line 2", "it has ['Words']"),
    ("a.txt", "\n\n", {}, "a.txt", "at least one prompt"),
    ("a.txt", b"\xff\xfe", {}, "a.txt", "cannot be read"),
    ("a.parquet", b"PAR1", {}, "a.parquet", "cannot be read"),
    ("a.parquet", [{"caption": "a"}, {"caption": None}], {}, "a.parquet row 2", "must have a text"),
)


def written(folder, name, content):
    file = folder / name
    if isinstance(content, list):
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(content), file)
    else:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def run(folder):
    folder.mkdir()
    for name, content, options, expected in PUBLISHED:
        found = prompts.read(written(folder, name, content), **options)
        check(json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True), f"prompts: {name} is read as it is published{': its image column too' if 'image_column' in options else ''}")
    for name, content, options, where, rule in BAD:
        try:
            found = prompts.read(written(folder, name, content), **options)
        except UserError as refusal:
            found = str(refusal)
        check(isinstance(found, str) and f"/{where}" in found and rule in found and "\n" not in found, f"prompts: refused: {where}: {rule}")
