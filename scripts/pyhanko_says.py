"""Let pyHanko's own command judge many files in one process: one line for each, ``accepts`` or ``refuses``.

python -m scripts.pyhanko_says ROOT.pem FILE.pdf [FILE.pdf …]
"""

import logging
import sys
import warnings

from click.testing import CliRunner
from pyhanko.cli import cli_root


def main() -> None:
    warnings.simplefilter("ignore")
    root, *files = sys.argv[1:]
    command = ["sign", "validate", "--trust", root, "--trust-replace", "--executive-summary"]
    for file in files:
        done = CliRunner().invoke(cli_root, [*command, file])
        logging.disable(logging.CRITICAL)
        said = done.output.strip()
        print("accepts" if done.exit_code == 0 and said and "INVALID" not in said else "refuses", flush=True)


if __name__ == "__main__":
    main()
