# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``acceptance_report`` as Ansible runs it: what it writes, what it keeps, and that texts stay texts."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.adops.offline_join.plugins.action.acceptance_report import ARGUMENT_SPEC, ActionModule
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities, sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report import plain
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.machine import read_all
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.numbers import Scope
from ansible_collections.adops.offline_join.plugins.modules.acceptance_report import DOCUMENTATION
from ansible_collections.adops.offline_join.plugins.plugin_utils._report_page import Page
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from hypothesis import given
from hypothesis import strategies as st

MACHINES = [
    {"name": "PC-1", "state": "accepted", "branch": "BER"},
    {"name": "PC-2", "state": "failed", "branch": "ham burg", "stage": "join", "headline": "no clock"},
]
PASSPHRASE = "kV7-mQ2_zT9+wR4"
HOSTILE = st.text(max_size=40) | st.sampled_from(
    [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "{{ 7 * 7 }}{% raw %}",
        "'\"><img src=x onerror=alert(1)>",
        "&lt;b",
    ]
)


def run(directory: Path, machines: Any = None, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    arguments = {"machines": MACHINES if machines is None else machines, "dest": str(directory), **options}
    result: dict[str, Any] = actions.make(ActionModule, arguments, check_mode=check_mode).run(None, {})
    return result


def test_documentation_says_what_it_takes() -> None:
    documented = actions.options(DOCUMENTATION)
    for option in documented.values():
        option.pop("version_added", None)
    assert documented == actions.spec(ARGUMENT_SPEC)
    assert actions.secrets(ARGUMENT_SPEC) == {"issuer_passphrase"}


def test_files_of_the_rollout_and_of_each_branch(tmp_path: Path) -> None:
    result = run(tmp_path / "new")
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    stems = ["acceptance", "acceptance-BER", f"acceptance-ham_burg-{hashlib.sha256(b'ham burg').hexdigest()[:8]}"]
    assert names == sorted(f"{stem}.{kind}" for stem in stems for kind in ("html", "json", "csv"))
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()} == {0o600}
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert result["states"] == {"failed": 1, "pending": 0, "done": 0, "accepted": 1}
    assert result["accepted_percent"] == 50
    assert "PC-2" not in (tmp_path / "new" / "acceptance-BER.html").read_text("utf-8")


def test_again_changes_nothing_and_only_what_differs_is_written(tmp_path: Path) -> None:
    assert run(tmp_path)["changed"]
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = run(tmp_path, list(reversed(MACHINES)))
    assert (again["changed"], again["changed_files"]) == (False, [])
    assert (again["diff"]["before"], again["diff"]["after"]) == ("", "")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    better = run(tmp_path, [{**MACHINES[0], "state": "done"}, MACHINES[1]])
    assert {Path(one).name.partition(".")[0] for one in better["changed_files"]} == {"acceptance", "acceptance-BER"}
    assert "accepted" in better["diff"]["before"]
    assert "PC-2" not in better["diff"]["before"]


def test_check_mode_predicts_and_writes_nothing(tmp_path: Path) -> None:
    predicted = run(tmp_path / "new", check_mode=True)
    assert not (tmp_path / "new").exists()
    assert predicted["changed_files"] == run(tmp_path / "new")["changed_files"]
    assert not run(tmp_path / "new", check_mode=True)["changed"]
    assert run(tmp_path / "new", check_mode=True, mode="0640")["changed"]


def test_mode(tmp_path: Path) -> None:
    run(tmp_path)
    assert len(run(tmp_path, mode="0640")["changed_files"]) == 9
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o640}
    assert not run(tmp_path, mode="0640")["changed"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"machines": None}, "machines"),
        ({"machines": [{"name": "PC-1"}]}, "PC-1: its state is"),
        ({"language": "fr"}, "fr"),
        ({"mode": "rw"}, "mode 'rw' is no octal mode"),
        ({"time": "noon"}, "time 'noon' is no time"),
        ({"dest": "/proc/nowhere"}, "write /proc/nowhere: .*; correct dest"),
    ],
)
def test_refusals(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    arguments = {"machines": MACHINES, "dest": str(tmp_path), **options}
    with pytest.raises(AnsibleActionFail, match=words):
        actions.make(ActionModule, arguments).run(None, {})
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_replaced_stays_whole(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / ".acceptance.html.unfinished").mkdir()
    before = (tmp_path / "acceptance.html").read_bytes()
    with pytest.raises(AnsibleActionFail, match="correct dest"):
        run(tmp_path, MACHINES[:1])
    assert (tmp_path / "acceptance.html").read_bytes() == before


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    result = run(tmp_path, [{**MACHINES[0], "password": "kV7-mQ2_zT9+wR4"}])
    assert result["warnings"] == ["no report shows password; leave it out"]
    assert not [path for path in tmp_path.iterdir() if b"kV7-mQ2" in path.read_bytes()]


class TestSignatures:
    @pytest.fixture
    def key(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        return self.made(tmp_path / "issuer.pem", monkeypatch)

    def made(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        signer = identities.make_identity(
            path.stem, identities.Purpose.ISSUER, days=30, now=datetime.now(UTC), key_size=2048
        )
        path.write_bytes(identities.to_pem(signer, PASSPHRASE))
        path.with_suffix(".crt").write_bytes(identities.certificate_to_pem(signer.certificate))
        monkeypatch.setenv("OFFLINE_JOIN_SEAL_PASSPHRASE", PASSPHRASE)
        return path

    def verified(self, report: Path, trusted: Path, *form: str) -> bool:
        command = ["openssl", *form, "-verify", "-inform", "DER", "-binary", "-in", f"{report}.p7s", "-content", report]
        trust = ["-CAfile", trusted, "-purpose", "any", "-out", "/dev/null"]
        done = subprocess.run([*command, *trust], capture_output=True, text=True, timeout=30, check=False)
        return done.returncode == 0

    def test_openssl_verifies_page_and_data(self, tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        result = run(tmp_path / "out", issuer_key=str(key))
        signed = sorted(Path(one).name for one in result["changed_files"] if one.endswith(".p7s"))
        assert [name for name in signed if name.startswith("acceptance.")] == [
            "acceptance.html.p7s",
            "acceptance.json.p7s",
        ]
        assert len(signed) == 6
        for name in signed:
            report = tmp_path / "out" / name.removesuffix(".p7s")
            for form in ("cms", "smime"):
                assert self.verified(report, key.with_suffix(".crt"), form), f"{form} {name}"
        stranger = self.made(tmp_path / "stranger.pem", monkeypatch)
        report = tmp_path / "out" / "acceptance.html"
        assert not self.verified(report, stranger.with_suffix(".crt"), "cms")
        report.write_bytes(report.read_bytes().replace(b"PC-1", b"PC-9"))
        assert not self.verified(report, key.with_suffix(".crt"), "cms")

    def test_a_signature_stays_until_report_or_signer_change(
        self, tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out = tmp_path / "out"
        assert len(run(out, check_mode=True, issuer_key=str(key))["changed_files"]) == 15
        assert not out.exists()
        assert len(run(out, issuer_key=str(key))["changed_files"]) == 15
        for check_mode in (True, False):
            assert run(out, check_mode=check_mode, issuer_key=str(key))["changed_files"] == []
        better = [{**MACHINES[0], "state": "done"}, MACHINES[1]]
        predicted = run(out, better, check_mode=True, issuer_key=str(key))["changed_files"]
        assert predicted == run(out, better, issuer_key=str(key))["changed_files"]
        assert len(predicted) == 10
        (out / "acceptance.html.p7s").write_bytes(b"0\x82")
        assert run(out, better, issuer_key=str(key))["changed_files"] == [str(out / "acceptance.html.p7s")]
        other = self.made(tmp_path / "other.pem", monkeypatch)
        again = run(out, better, issuer_key=str(other))["changed_files"]
        assert {Path(one).suffix for one in again} == {".p7s"}
        assert len(again) == 6

    def test_it_needs_the_libraries_of_seals(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sealing, "missing", lambda: ("cryptography>=45", "Traceback"))
        with pytest.raises(AnsibleActionFail, match=r"signing reports needs cryptography>=45; install it"):
            run(tmp_path / "out", issuer_key=str(tmp_path / "issuer.pem"))
        assert run(tmp_path / "out")["changed"], "who does not sign needs none"

    def test_a_wrong_passphrase_is_told_without_it(self, tmp_path: Path, key: Path) -> None:
        with pytest.raises(AnsibleActionFail, match=r"issuer\.pem") as told:
            run(tmp_path / "out", issuer_key=str(key), issuer_passphrase="mQ2-wrong-zT9")
        assert "mQ2" not in str(told.value)
        assert not (tmp_path / "out").exists()


def page(language: str = "en", title: str = "", **fields: Any) -> str:
    machines, _left_out = read_all([{"name": "PC-1", "state": "failed", **fields}])
    return "".join(Page(language, title, "2026-11-20 12:00", linked=True).render(Scope(machines)))


class TestPage:
    @given(HOSTILE)
    def test_texts_stay_texts(self, text: str) -> None:
        """The page has the elements of one without any text, and both its table and its data say the text."""
        written = page(
            headline=text,
            branch=text,
            responsible=text,
            policy={text: text},
            checks=[{"id": text, "verdict": "fail", "evidence": text, "remedy": text}],
            events=[{"time": text, "kind": text or "x", "who": text, "why": text}],
        )
        assert written.count("<script") == written.count("</script>") == 2
        assert "<img" not in written
        [data] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', written, re.DOTALL)
        assert not set("<>&\u2028\u2029") & set(data)
        [one] = json.loads(data)["machines"]
        assert one["headline"] == plain.visible(text) or not plain.visible(text)
        assert html.escape(plain.visible(text)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in written

    def test_policy_allows_its_own_style_and_script_and_nothing_else(self) -> None:
        written = page()
        [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', written)
        policy = html.unescape(policy)
        for kind, tag in (("style", "style"), ("script", "script")):
            [text] = re.findall(f"<{tag}>(.*?)</{tag}>", written, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{kind}-src 'sha256-{digest}'" in policy
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert not re.search(r'(src|href)="?(https?:)?//', written)
        assert " style=" not in written

    @pytest.mark.parametrize(("language", "words"), [("en", "What stops machines"), ("ru", "Что останавливает машины")])
    def test_languages(self, language: str, words: str) -> None:
        written = page(language)
        assert f'<html lang="{language}"' in written
        assert words in written
