#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_report
short_description: Write the acceptance report of a rollout and of each branch
version_added: 0.2.0
description:
  - Writes what became of each machine, with its checks, the life of its package and what happened when, as a page to be
    read, filtered, printed and signed, and the same facts as JSON and CSV. There is one report of the whole rollout and
    one of each branch.
  - A page is a single file. It needs no network, forbids itself any, and works from a USB stick, on a phone, on paper,
    in light and dark, by keyboard, and without scripts.
  - The files C(acceptance.html), C(acceptance.json) and C(acceptance.csv) are of the whole rollout,
    C(acceptance-BER.html) and so on of the branch BER. A branch whose name is more than capital letters, digits and
    hyphens gets a fingerprint of its name behind it.
  - It runs on the control node, whatever host the task names.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows the lines of the rollout's CSV that differ.
  idempotent:
    support: full
    details:
      - The same machines give the same bytes. The time of writing is in no file but a signature, which stays while it
        fits.
options:
  machines:
    description:
      - A list of dictionaries with C(name) and C(state), or a dictionary of them by name. The state is C(failed),
        C(pending), C(done) or C(accepted).
      - Optional texts are C(branch), C(type), C(wave), C(responsible), C(serial_number), C(inventory_tag), C(stage) and
        C(headline), the sentence that says why it is so. Without a headline, that of the first failed check is taken.
      - Optional lists are C(checks), with C(id), C(severity), C(verdict), C(evidence) and C(remedy) as
        M(adops.offline_join.preflight) returns them, and C(events), with C(time), C(kind), C(who) and C(why) as the
        ledger has them. The last 200 events are shown.
      - C(package) is a dictionary of C(issued), C(sealed), C(delivered), C(applied), C(retired), C(revoked),
        C(expires), C(sha256), C(ledger_id) and C(recipients).
      - C(organizational_unit), C(policy), C(restarts) and C(escrow) are any plain data.
      - What is not named here is left out of the report, with a warning, so that no secret is shown by mistake.
      - Characters that cannot be seen, such as marks that turn the writing, are shown as their codes. A text is shown
        up to 4,000 characters.
    type: raw
    required: true
  dest:
    description:
      - The directory of the reports, on the control node. It is made with mode 0700 if it is not there. Reports of
        branches that are no more stay.
    type: path
    required: true
  title:
    description:
      - The name of the rollout.
    type: str
  language:
    description:
      - The language of the report. What checks and events say stays as it is.
    type: str
    choices: [en, ru]
    default: en
  branches:
    description:
      - Whether each branch gets a report of its own, too.
    type: bool
    default: true
  time:
    description:
      - When the facts were taken, such as V(2026-11-20T12:00:00Z), shown in UTC. By default no time is shown.
    type: str
  mode:
    description:
      - The octal mode of the files. Reports name people and inventory, so others do not read them by default.
    type: str
    default: "0600"
  issuer_key:
    description:
      - The issuer's key with its certificate, PEM or PKCS#12, as M(adops.offline_join.seal_identity) makes one. With it
        every page and every JSON file gets a CMS signature (RFC 5652) in a file beside it, such as
        C(acceptance.html.p7s), which C(openssl cms -verify -inform DER -binary -content acceptance.html) verifies.
      - Without it nothing is signed, and signatures of earlier runs stay as they are, though they fit no longer once a
        report changes.
    type: path
    version_added: 0.3.0
  issuer_certificate:
    description:
      - The issuer's certificate, where it is not in the file of the key.
    type: path
    version_added: 0.3.0
  issuer_passphrase:
    description:
      - The passphrase of the issuer's key, by default the environment variable C(OFFLINE_JOIN_SEAL_PASSPHRASE) of the
        control node. Callback plugins see the arguments of a task, so the environment is better.
    type: str
    version_added: 0.3.0
notes:
  - In CSV no cell is taken for a formula by a spreadsheet; a cell that looks like one begins with an apostrophe.
seealso:
  - module: adops.offline_join.preflight
  - module: adops.offline_join.ledger_export
"""

EXAMPLES = r"""
- name: Write the acceptance report of all machines of the play
  adops.offline_join.acceptance_report:
    machines: >-
      {{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars)
         | map(attribute='offline_join_note', default={'state': 'done'}))) }}
    dest: /srv/rollout/reports
    title: Rollout 2026
  run_once: true

- name: Write it in Russian, without reports of branches
  adops.offline_join.acceptance_report:
    machines:
      - name: BER-PC-001
        state: accepted
        branch: BER
        responsible: Anna Berger
        events:
          - {time: "2026-11-20T12:00:00Z", kind: accepted, who: Anna Berger}
      - name: BER-PC-002
        state: failed
        branch: BER
        stage: verify
        checks:
          - id: clock
            verdict: fail
            evidence: the clock is 412 s behind the domain's
            remedy: set the clock, then run again
    dest: /srv/rollout/reports
    language: ru
    branches: false
    time: "2026-11-20T16:00:00Z"
    mode: "0640"
    issuer_key: /srv/rollout/issuer.p12
  run_once: true
  # The key's passphrase comes from OFFLINE_JOIN_SEAL_PASSPHRASE.
"""

RETURN = r"""
report:
  description: The page of the whole rollout.
  returned: success
  type: str
  sample: /srv/rollout/reports/acceptance.html
changed_files:
  description: The files that were written, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [/srv/rollout/reports/acceptance.html]
states:
  description: How many machines are in each state.
  returned: success
  type: dict
  sample: {failed: 1, pending: 2, done: 5, accepted: 12}
accepted_percent:
  description: The share of accepted machines, rounded down, so that 100 means all.
  returned: success
  type: int
  sample: 60
"""
