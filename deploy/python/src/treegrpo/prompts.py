"""Prompt files as they are published, as the JSON lines that a run reads."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from treegrpo.errors import UserError

# JSONL of ours and of GenEval; HPDv2; Pick-a-Pic (Parquet); DrawBench, PartiPrompts.
TEXT_COLUMNS = ("text", "prompt", "caption", "Prompts", "Prompt")
ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
RESERVED = ("null", ".", "..")


def read(file, text_column=None, id_column="id", image_column=None):
    """Prompts as dictionaries with `id`, `text` and the other columns as texts; ids are unique.

    image_column: of an input picture; it is kept as `image`
    """
    path = Path(file)
    if not path.is_file():
        raise UserError(f"--prompts: {file} must be a file")
    rows = rows_of(path)
    # in the ids of prompts without one, so that those of two files differ
    stem = re.sub(r"[^A-Za-z0-9._-]", "-", path.stem)[:100]
    prompts, seen = [], {}
    for number, (place, row) in enumerate(rows, 1):
        where = f"--prompts: {file} {place}"
        if isinstance(row, str):
            row = {"text": row}
        if not isinstance(row, dict):
            raise UserError(f"{where} must be a text or an object; it is {row!r}")
        if None in row:
            raise UserError(f"{where} must have as many fields as the file's first line; it has {len(row[None])} more")
        column = text_column or next((name for name in TEXT_COLUMNS if name in row), None)
        text = row.get(column)
        if not isinstance(text, str) or not text.strip():
            raise UserError(f"{where} must have a text in one of {TEXT_COLUMNS}, or in --text-column; it has {sorted(map(str, row))}")
        identity = row.get(id_column)
        identity = f"{stem}-{number:06d}" if identity in (None, "") else str(identity)
        if not ID.fullmatch(identity) or identity in RESERVED:
            raise UserError(f"{where}: id '{identity}' must match {ID.pattern} and be none of {RESERVED}; --id-column names another column")
        if identity in seen:
            raise UserError(f"{where}: id '{identity}' must be unique; it is also that of {seen[identity]}")
        seen[identity] = place
        extra = {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in row.items()
            if key not in (column, id_column) and plain(value)
        }
        if image_column and row.get(image_column):
            extra["image"] = image_name(row[image_column], where)
        prompts.append({**extra, "id": identity, "text": text})
    if not prompts:
        raise UserError(f"--prompts: {file} must hold at least one prompt")
    return prompts


def plain(value):
    """A picture's bytes beside a prompt do not belong into a text file."""
    if isinstance(value, dict):
        return all(plain(item) for item in value.values())
    if isinstance(value, list):
        return all(plain(item) for item in value)
    return isinstance(value, (str, int, float, bool)) and value == value


def image_name(image, where):
    """Where an input picture lies; datasets of Hugging Face have it beside the bytes."""
    name = image.get("path") if isinstance(image, dict) else image
    if not isinstance(name, str):
        raise UserError(f"{where}: --image-column must hold a path; it holds a {type(image).__name__}")
    return name


def rows_of(path):
    """Rows, each with the place where people find it in the file."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            return numbered(parquet_rows(path))
        text = path.read_text(encoding="utf-8-sig")
        if suffix in (".csv", ".tsv"):
            reader = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if suffix == ".tsv" else ",")
            return [(f"line {reader.line_num}", row) for row in reader]
        if suffix == ".json":
            rows = json.loads(text)
            if not isinstance(rows, list):
                raise UserError(f"--prompts: {path} must be a list of texts or objects")
            return numbered(rows)
        lines = [(f"line {number}", line.rstrip("\r")) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        return [(place, parsed(path, place, line)) for place, line in lines] if suffix == ".jsonl" else lines
    except (ValueError, csv.Error) as error:
        raise UserError(f"--prompts: {path} cannot be read; {error}") from None


def numbered(rows):
    return [(f"row {number}", row) for number, row in enumerate(rows, 1)]


def parsed(path, place, line):
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise UserError(f"--prompts: {path} {place} must be JSON; {error.msg} at column {error.colno}") from None


def parquet_rows(path):
    """Without the columns that hold pictures."""
    import pyarrow
    import pyarrow.parquet

    schema = pyarrow.parquet.read_schema(path)
    texts = [field.name for field in schema if not pyarrow.types.is_binary(field.type) and not pyarrow.types.is_large_binary(field.type)]
    return pyarrow.parquet.read_table(path, columns=texts).to_pylist()
