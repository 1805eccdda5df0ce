# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WS-Management envelopes: what a client asks, and the answers in the words of a Windows shell (MS-WSMV 2.2, 3.1)."""

from __future__ import annotations

import base64
import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from .protocol import QUOTA_MAX_OPERATIONS, Fault

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
COMMAND_SHELL = f"{SHELL}/cmd"
POWERSHELL = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"

_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
CREATE, DELETE = f"{_TRANSFER}/Create", f"{_TRANSFER}/Delete"
COMMAND, SEND, RECEIVE, SIGNAL = (f"{SHELL}/{verb}" for verb in ("Command", "Send", "Receive", "Signal"))
_FAULT = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"

_PREFIXES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "x": _TRANSFER,
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "rsp": SHELL,
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "ps": "http://schemas.microsoft.com/powershell",
}
_DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _PREFIXES.items())

_SCHEMA_VALIDATION_ERROR = 0x80338041
# Windows reports these as errors of WMI, and clients look for them only there.
_REPORTED_BY_WMI = frozenset({QUOTA_MAX_OPERATIONS})
_WMI_ERROR = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
_DEFAULT_SECONDS = 60.0
_DEFAULT_ENVELOPE = 153600


class Output(NamedTuple):
    """A piece of an output stream (``stdout`` or ``stderr``)."""

    stream: str
    data: bytes


@dataclass(frozen=True)
class Request:
    """What one envelope asks. ``timeout`` is in seconds, ``max_envelope`` in bytes."""

    action: str
    resource: str
    message_id: str
    shell_id: str
    timeout: float
    max_envelope: int
    body: ET.Element = field(repr=False)

    def find(self, path: str) -> ET.Element | None:
        """The first element of the body at a path with the prefixes of MS-WSMV."""
        return self.body.find(path, _PREFIXES)

    def require(self, path: str) -> ET.Element:
        """The same, or the fault that Windows has for an envelope which does not fit the schema."""
        found = self.find(path)
        if found is None:
            raise invalid(f"The request has no {path}.")
        return found

    def all(self, path: str) -> list[ET.Element]:
        """Every element of the body at a path."""
        return self.body.findall(path, _PREFIXES)


def invalid(text: str) -> Fault:
    """The fault for a request that is not as the schema wants it."""
    return Fault(_SCHEMA_VALIDATION_ERROR, "SchemaValidationError", text)


def parse(envelope: bytes) -> Request:
    """Read an envelope. Raises Fault if it is none."""
    try:
        root = ET.fromstring(envelope)
    except ET.ParseError:
        raise invalid("The request is no well-formed XML.") from None
    header, body = root.find("s:Header", _PREFIXES), root.find("s:Body", _PREFIXES)
    if header is None or body is None:
        raise invalid("The request has no header or no body.")

    def text(name: str) -> str:
        return (header.findtext(name, "", _PREFIXES) or "").strip()

    selectors = {found.get("Name"): found.text or "" for found in header.iterfind(".//w:Selector", _PREFIXES)}
    return Request(
        action=text("a:Action"),
        resource=text("w:ResourceURI"),
        message_id=text("a:MessageID"),
        shell_id=selectors.get("ShellId", "").upper(),
        timeout=_seconds(text("w:OperationTimeout")),
        max_envelope=int(text("w:MaxEnvelopeSize") or _DEFAULT_ENVELOPE),
        body=body,
    )


def _seconds(duration: str) -> float:
    # Clients write seconds only, with or without a fraction.
    match = re.fullmatch(r"PT(\d+(?:\.\d+)?)S", duration)
    return float(match[1]) if match else _DEFAULT_SECONDS


def answer(request: Request, body: str) -> bytes:
    """An envelope that answers a request; ``body`` is XML with the prefixes of MS-WSMV."""
    return _envelope(f"{request.action}Response", request.message_id, body)


def fault(request: Request | None, error: Fault) -> bytes:
    """The envelope of a fault; it is sent with HTTP status 500."""
    text = escape(error.text)
    if error.code in _REPORTED_BY_WMI:
        detail = f'<m:MSFT_WmiError xmlns:m="{_WMI_ERROR}"><m:error_Code>{error.code}</m:error_Code></m:MSFT_WmiError>'
    else:
        detail = f'<f:WSManFault Code="{error.code}" Machine="localhost"><f:Message>{text}</f:Message></f:WSManFault>'
    body = (
        f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:{error.subcode}</s:Value></s:Subcode>"
        f'</s:Code><s:Reason><s:Text xml:lang="en-US">{text}</s:Text></s:Reason><s:Detail>{detail}</s:Detail></s:Fault>'
    )
    return _envelope(_FAULT, request.message_id if request else "", body)


def _envelope(action: str, relates_to: str, body: str) -> bytes:
    message_id = str(uuid.uuid4()).upper()
    return (
        f'<s:Envelope xml:lang="en-US" {_DECLARATIONS}><s:Header><a:Action>{action}</a:Action>'
        f"<a:MessageID>uuid:{message_id}</a:MessageID><a:To>{_PREFIXES['a']}/role/anonymous</a:To>"
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def shell_created(request: Request, shell_id: str, owner: str) -> bytes:
    """The answer to Create: the shell and how to select it."""
    resource = escape(request.resource)
    return answer(
        request,
        "<x:ResourceCreated><a:Address>http://localhost/wsman</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{resource}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
        f"</x:ResourceCreated><rsp:Shell><rsp:ShellId>{shell_id}</rsp:ShellId>"
        f"<rsp:ResourceUri>{resource}</rsp:ResourceUri><rsp:Owner>{escape(owner)}</rsp:Owner>"
        "<rsp:ClientIP>127.0.0.1</rsp:ClientIP><rsp:IdleTimeOut>PT7200.000S</rsp:IdleTimeOut>"
        "<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams>"
        "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime><rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity>"
        "</rsp:Shell>",
    )


def command_started(request: Request, command_id: str) -> bytes:
    """The answer to Command."""
    return answer(request, f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId></rsp:CommandResponse>")


def received(request: Request, command_id: str | None, output: Sequence[Output], exit_code: int | None) -> bytes:
    """The answer to Receive; an exit code says that the command is done."""
    whose = f" CommandId={quoteattr(command_id)}" if command_id else ""
    parts = [
        f'<rsp:Stream Name="{piece.stream}"{whose}>{base64.b64encode(piece.data).decode()}</rsp:Stream>'
        for piece in output
    ]
    if exit_code is not None:
        parts += [f'<rsp:Stream Name="{stream}"{whose} End="true"></rsp:Stream>' for stream in ("stdout", "stderr")]
        parts.append(
            f'<rsp:CommandState{whose} State="{SHELL}/CommandState/Done"><rsp:ExitCode>{exit_code}</rsp:ExitCode>'
            "</rsp:CommandState>"
        )
    elif command_id:
        parts.append(f'<rsp:CommandState{whose} State="{SHELL}/CommandState/Running"/>')
    return answer(request, f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>")
