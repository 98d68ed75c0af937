"""Two published clients log on to the demo, list logons, read sessions as JSON, log off.

They need old dependencies, so they are installed in a separate folder, named by EMTUI_OTHER_CLIENTS;
`.ci/run` creates it. They run in a separate interpreter, without emtui.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from emtui.demo.demo_options import DemoOptions
from emtui.demo.server_process import run_server

VEEAM_EM = """
import json, os
from veeam_em.manager import VeeamEm

client = VeeamEm(api_endpoint=os.environ["URL"], ssl_verify=True, timeout=20)
client.get_token(os.environ["EM_USER"], os.environ["PASSWORD"])
own = client.session_data["SessionId"]
known = client.get_logon_sessions()
me = client.whoami()
listed = client.request("/systemSessions", params={"format": "Entity"})
one = client.request(listed["Sessions"][0]["Links"][1]["Href"])
ended = client.request(f"/logonSessions/{own}", method="DELETE")
try:
    after = client.request("/systemSessions")
except Exception as refused:
    after = str(refused)
print(json.dumps([own, known, me["UserName"], listed, one, ended["status"], str(after)]))
"""

VEEAM_EXPORTER = """
import json, os
from urllib.parse import urlsplit
from veeam_exporter.veeam_api import VeeamAPI, VeeamAPIUnauthorizedError

url = urlsplit(os.environ["URL"])
client = VeeamAPI(
    auth=(os.environ["EM_USER"], os.environ["PASSWORD"]),
    host=url.hostname,
    port=url.port,
    url_path_prefix="api",
    protocol="https",
    verify=os.environ["REQUESTS_CA_BUNDLE"],
    timeout=20.0,
)
own = client.login()["SessionId"]
known = client.GET("/logonSessions")["LogonSessions"]
listed = client.GET("/systemSessions?format=Entity")
one = client.GET(f"/systemSessions/{listed['Sessions'][0]['UID'].split(':')[-1]}/events")
ended = json.loads(client.logout())
try:
    after = client.GET("/systemSessions")
except VeeamAPIUnauthorizedError as refused:
    after = refused
print(json.dumps([own, known, known[0]["UserName"], listed, one, ended["status_code"], str(after)]))
"""


@pytest.fixture
def folder() -> str:
    """Where the other clients are installed."""
    named = os.environ.get("EMTUI_OTHER_CLIENTS")
    if not named and os.environ.get("CI") == "true":
        pytest.fail("EMTUI_OTHER_CLIENTS names no folder: .ci/run should have made it")
    if not named:
        pytest.skip("EMTUI_OTHER_CLIENTS names no folder with veeam-em and veeam-exporter")
    return named


def run_client(script: str, folder: str) -> list[Any]:
    with run_server(DemoOptions()) as demo:
        assert demo.ca is not None
        environ = {
            "URL": demo.url,
            "EM_USER": demo.user,
            "PASSWORD": demo.password,
            "REQUESTS_CA_BUNDLE": demo.ca,
            "PYTHONPATH": folder,
            "NO_PROXY": "127.0.0.1",
        }
        argv = [sys.executable, "-W", "ignore", "-c", script]
        ended = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    found: list[Any] = json.loads(ended.stdout)
    return found


@pytest.mark.parametrize("script", [VEEAM_EM, VEEAM_EXPORTER], ids=["veeam-em", "veeam-exporter"])
def test_an_independent_client_completes_its_requests(script: str, folder: str) -> None:
    own, known, user, listed, one, ended, after = run_client(script, folder)
    assert [logon["SessionId"] for logon in known] == [own]
    assert user == "EXAMPLE\\ops"
    assert len(listed["Sessions"]) > 2_900
    assert listed["Sessions"][0]["State"]
    assert one["Events"][0]["Order"] == 1
    assert ended == 204
    assert "401" in after or "Unauthorized" in after
