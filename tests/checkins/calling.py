"""A process of its own whose threads call the door for scans: ``calling.py JSON``.

Says ``ready``, waits for a line, sends one ticket from many threads, prints the answers.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.core.clock import utcnow
from app.core.codes import uuid7
from app.factory import create_app
from tests.databases import make_settings
from tests.live import run_together


def main():
    told = json.loads(sys.argv[1])
    app = create_app(make_settings(Path(told["folder"]), told["url"]))

    def call(index):
        now = utcnow().isoformat()
        scan = {
            "id": str(uuid7()),
            "seq": index + 1,
            "gate": told["gate"],
            "ticket": told["ticket"],
            "direction": "in",
            "scanned_at": now,
            "device_time": now,
            "offset_ms": 0,
        }
        headers = {"Authorization": f"Bearer {told['token']}"}
        answer = app.test_client().post("/api/v1/scans", json={"scans": [scan]}, headers=headers)
        return answer.json["results"][0]["answer"]["code"]

    say("ready")
    sys.stdin.readline()
    say(json.dumps([str(one) for one in run_together(app, told["threads"], call)]))


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
