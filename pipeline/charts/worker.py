"""The process that draws: it knows the drawing library and nothing of the press.

It is a process of its own because the library cannot be interrupted, prints its faults straight to
the streams of its process, and takes the time zone from the environment. It is started as a file, not
as a module, and imports nothing of the press.

One JSON object a line comes in: the specification, the configuration, the version of Vega-Lite. One JSON
object a line goes out: the drawing or the fault, and what the library printed meanwhile.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile

import vl_convert

SECONDS = 30  # for one chart; the process ends when they are over


def main(fonts: str) -> None:
    """Draw what comes in on standard input until it is closed."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    printed = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the process
    os.dup2(printed.fileno(), 1)
    os.dup2(printed.fileno(), 2)
    vl_convert.register_font_directory(fonts)
    for line in sys.stdin:
        asked = json.loads(line)
        printed.seek(0)
        printed.truncate()
        signal.alarm(SECONDS)  # what the signal does when nobody handles it is wanted: the process ends
        reply = {"drawing": "", "fault": ""}
        try:
            reply["drawing"] = vl_convert.vegalite_to_svg(
                asked["spec"],
                vl_version=asked["version"],
                config=asked["config"],
                show_warnings=True,
                allowed_base_urls=[],
            )
        except Exception as error:  # it raises ValueError today; whatever it raises is the chart's fault
            reply["fault"] = str(error)
        signal.alarm(0)
        printed.seek(0)
        reply["printed"] = printed.read().decode("utf-8", "replace")
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main(sys.argv[1])
