"""Checks that one wrong configuration gives exit code 2 and every error at once, and writes nothing."""

import pathlib
import sys

EXPECTED = {
    "treegrpo.rounds": ["0"],
    "treegrpo.tree.brancing": ["treegrpo.tree.branching"],
    "treegrpo.update.clip": ["2"],
}


def main(code: str, output: str, run_dir: str) -> None:
    text = pathlib.Path(output).read_text()
    problems = []
    if code != "2":
        problems.append(f"exit code {code}, expected 2")
    for key, words in EXPECTED.items():
        lines = [line for line in text.splitlines() if key in line]
        if not lines:
            problems.append(f"no message names {key}")
        elif not all(any(word in line for line in lines) for word in words):
            problems.append(f"the message on {key} lacks {words}: {lines}")
    if "Exception" in text or "\tat " in text:
        problems.append("a stack trace is shown for a mistake in the configuration")
    if pathlib.Path(run_dir).exists():
        problems.append("a run directory was made")
    if problems:
        sys.exit("\n".join([*problems, "output:", text]))


main(*sys.argv[1:])
