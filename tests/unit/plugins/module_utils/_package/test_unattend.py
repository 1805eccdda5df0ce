# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package in an answer file: where it stands, what stays as it was, and what is refused."""

from __future__ import annotations

import base64
import dataclasses
import re
import xml.etree.ElementTree as ET

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import unattend, xml_source
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Account, Package
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password
from ansible_collections.adops.offline_join.plugins.module_utils._package.unattend import UnattendError, Wanted
from ansible_collections.adops.offline_join.plugins.module_utils._package.xml_source import XmlError
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from hypothesis import given
from hypothesis import strategies as st

PACKAGE = samples.build()
AGAIN = samples.build("another-Password_9-of-the-same")
OTHER = Package.build(
    Account("BER-PC-002", samples.ACCOUNT.sid, samples.ACCOUNT.object_guid),
    samples.DOMAIN,
    samples.CONTROLLER,
    Password(samples.SECRET),
)
NS = {"u": unattend.NAMESPACE}
COMPONENT = 'publicKeyToken="31bf3856ad364e35" language="neutral" versionScope="nonSxS"'

TEMPLATE = f"""<?xml version="1.0" encoding="utf-8"?>
<!-- the team's own -->
<unattend xmlns="{unattend.NAMESPACE}"  xmlns:wcm='http://schemas.microsoft.com/WMIConfig/2002/State'>
    <settings pass="oobeSystem">
        <component name="Microsoft-Windows-Shell-Setup" processorArchitecture="amd64" {COMPONENT}>
            <RegisteredOwner>Caf\u00e9 &amp; <![CDATA[S\u00f6hne]]></RegisteredOwner>
        </component>
    </settings>
    <settings pass="specialize">
        <component name="Microsoft-Windows-Shell-Setup" processorArchitecture="amd64" {COMPONENT}>
            <TimeZone>UTC</TimeZone>
        </component>
    </settings>
    <cpi:offlineImage cpi:source="" xmlns:cpi="urn:schemas-microsoft-com:cpi" />
</unattend>
"""


def join(inside: str, pass_name: str = "specialize", architecture: str = "amd64", name: str = "UnattendedJoin") -> str:
    """An answer file with one component."""
    return (
        f'<unattend xmlns="{unattend.NAMESPACE}"><settings pass="{pass_name}">'
        f'<component name="Microsoft-Windows-{name}" processorArchitecture="{architecture}" {COMPONENT}>'
        f"{inside}</component></settings></unattend>"
    )


def provisioning(package: Package | str, identification: str = "Identification") -> str:
    text = package if isinstance(package, str) else package.to_base64()
    data = f"<Provisioning><AccountData>{text}</AccountData></Provisioning>"
    return f"<{identification}>{data}</{identification}>"


def account_data(content: bytes, pass_name: str = "specialize", identification: str = "Identification") -> str | None:
    """As another reader of XML finds it."""
    component = "u:component[@name='Microsoft-Windows-UnattendedJoin']"
    path = f"u:settings[@pass='{pass_name}']/{component}/u:{identification}/u:Provisioning/u:AccountData"
    [found] = ET.fromstring(content).findall(path, NS)
    return found.text


def computer_names(content: bytes) -> list[str | None]:
    component = "u:component[@name='Microsoft-Windows-Shell-Setup']/u:ComputerName"
    return [one.text for one in ET.fromstring(content).findall(f"u:settings[@pass='specialize']/{component}", NS)]


def test_names_of_microsoft() -> None:
    assert unattend.NAMESPACE == "urn:schemas-microsoft-com:unattend"
    assert unattend.PASSES == ("specialize", "offlineServicing")
    assert unattend.ARCHITECTURES == ("amd64", "arm64", "x86")


class TestNew:
    def test_it_holds_the_package_and_the_name(self) -> None:
        written = unattend.write(None, Wanted(PACKAGE))
        text = account_data(written)
        assert text is not None
        assert base64.b64decode(text) == PACKAGE.content
        assert computer_names(written) == ["BER-PC-001"]

    def test_offline_servicing_has_names_of_its_own(self) -> None:
        written = unattend.write(None, Wanted(PACKAGE, unattend.OFFLINE_SERVICING, "arm64"))
        assert account_data(written, "offlineServicing", "OfflineIdentification") == PACKAGE.to_base64()
        assert computer_names(written) == ["BER-PC-001"]

    @pytest.mark.parametrize("architecture", unattend.ARCHITECTURES)
    def test_components_are_those_that_setup_takes(self, architecture: str) -> None:
        root = ET.fromstring(unattend.write(None, Wanted(PACKAGE, architecture=architecture)))
        for component in root.findall("u:settings/u:component", NS):
            assert component.attrib.pop("name").startswith("Microsoft-Windows-")
            assert component.attrib == {
                "processorArchitecture": architecture,
                "publicKeyToken": "31bf3856ad364e35",
                "language": "neutral",
                "versionScope": "nonSxS",
            }


class TestPatch:
    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    @pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
    def test_everything_else_stays_byte_for_byte(self, codec: str, newline: str) -> None:
        declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(codec, codec)
        template = TEMPLATE.replace('"utf-8"', f'"{declared}"').replace("\n", newline).encode(codec)
        written = unattend.write(template, Wanted(PACKAGE))
        assert account_data(written) == PACKAGE.to_base64()
        assert computer_names(written) == ["BER-PC-001"]
        added = re.compile(
            r"\s*(<ComputerName>.*?</ComputerName>|"
            r'<component name="Microsoft-Windows-UnattendedJoin".*?</component>)',
            re.DOTALL,
        )
        assert added.sub("", written.decode(codec)).encode(codec) == template
        assert unattend.write(written, Wanted(PACKAGE)) == written

    def test_a_new_package_takes_the_place_of_the_old_one(self) -> None:
        old = unattend.write(TEMPLATE.encode(), Wanted(PACKAGE))
        new = unattend.write(old, Wanted(AGAIN))
        assert new == old.replace(PACKAGE.to_base64().encode(), AGAIN.to_base64().encode())

    def test_what_is_indented_like_the_neighbours(self) -> None:
        lines = unattend.write(TEMPLATE.encode(), Wanted(PACKAGE)).decode().splitlines()
        assert "            <ComputerName>BER-PC-001</ComputerName>" in lines
        assert (
            lines.index("            <ComputerName>BER-PC-001</ComputerName>")
            == lines.index("            <TimeZone>UTC</TimeZone>") + 1
        )

    @pytest.mark.parametrize(
        "content",
        [
            f'<unattend xmlns="{unattend.NAMESPACE}"/>',
            f'<unattend xmlns="{unattend.NAMESPACE}"></unattend>',
            f'<a:unattend xmlns:a="{unattend.NAMESPACE}"><a:settings pass="specialize" /></a:unattend>',
            f'<unattend xmlns="{unattend.NAMESPACE}"><servicing/><!-- > --></unattend>',
            join("<Identification/>"),
            join(provisioning("")),
            join(provisioning("%PACKAGE%")),
            join("<Identification><Provisioning><AccountData/></Provisioning></Identification>"),
            join("<ComputerName>ber-pc-001</ComputerName>", name="Shell-Setup"),
        ],
    )
    def test_forms(self, content: str) -> None:
        written = unattend.write(content.encode(), Wanted(PACKAGE))
        assert account_data(written) == PACKAGE.to_base64()
        assert [name.lower() for name in computer_names(written) if name] == ["ber-pc-001"]
        assert unattend.write(written, Wanted(PACKAGE)) == written

    def test_settings_come_after_servicing_and_before_other_namespaces(self) -> None:
        content = (
            f'<unattend xmlns="{unattend.NAMESPACE}"><servicing/><i:offlineImage xmlns:i="urn:i"/></unattend>'.encode()
        )
        tags = [one.tag.rpartition("}")[2] for one in ET.fromstring(unattend.write(content, Wanted(PACKAGE)))]
        assert tags == ["servicing", "settings", "offlineImage"]

    def test_base64_in_lines_is_the_same_package(self) -> None:
        written = unattend.write(None, Wanted(PACKAGE))
        text = PACKAGE.to_base64()
        in_lines = written.replace(text.encode(), f"\n{text[:76]}\n{text[76:]}\n".encode())
        assert unattend.write(in_lines, Wanted(PACKAGE)) == in_lines

    def test_the_name_follows_the_package_on_request(self) -> None:
        content = join("<ComputerName>*</ComputerName>", name="Shell-Setup").encode()
        with pytest.raises(UnattendError, match=r"names the computer '\*' .* but the package is for BER-PC-001"):
            unattend.write(content, Wanted(PACKAGE))
        assert computer_names(unattend.write(content, Wanted(PACKAGE, rename=True))) == ["BER-PC-001"]

    @pytest.mark.parametrize("name", ["BER-PC-001", "ber-pc-001", " BER-PC-001 ", "Ber-Pc-001\n"])
    def test_a_name_that_is_the_package_s_stays_as_it_is_written(self, name: str) -> None:
        content = join(f"<ComputerName>{name}</ComputerName>", name="Shell-Setup").encode()
        assert computer_names(unattend.write(content, Wanted(PACKAGE))) == [name]

    def test_a_package_in_small_letters_finds_its_name(self) -> None:
        account = dataclasses.replace(samples.ACCOUNT, machine_name="ber-pc-001")
        small = Package.build(account, samples.DOMAIN, samples.CONTROLLER, Password(samples.SECRET))
        content = join("<ComputerName>BER-PC-001</ComputerName>", name="Shell-Setup").encode()
        assert computer_names(unattend.write(content, Wanted(small))) == ["BER-PC-001"]

    @pytest.mark.parametrize(("name", "shown"), [(" OTHER ", "OTHER"), ("x" * 41, "x" * 40)])
    def test_another_name_is_shown(self, name: str, shown: str) -> None:
        content = join(f"<ComputerName>{name}</ComputerName>", name="Shell-Setup").encode()
        with pytest.raises(UnattendError, match=f"names the computer '{shown}' "):
            unattend.write(content, Wanted(PACKAGE))


REFUSED = {
    "no XML": ("certainly none", "is no well-formed XML in line 1"),
    "nothing": ("", "is no well-formed XML"),
    "not closed": (TEMPLATE[:-12], "is no well-formed XML"),
    "document type": (
        '<!DOCTYPE unattend [<!ENTITY a "b">]><unattend>&a;</unattend>',
        r"has a document type \(DOCTYPE\)",
    ),
    "another root": ("<unattend/>", "is XML, but no answer file"),
    "another architecture": (join("", architecture="x86"), "is for x86, not for amd64"),
    "another architecture in capitals": (join("", architecture="X86"), "is for x86, not for amd64"),
    "two other architectures": (
        join("", architecture="x86").replace("</settings>", '<component processorArchitecture="arm64"/></settings>'),
        "is for arm64 and x86, not for amd64",
    ),
    "another machine": (join(provisioning(OTHER)), "holds the package of BER-PC-002, not of BER-PC-001"),
    "another machine elsewhere": (
        join(provisioning(OTHER, "OfflineIdentification"), "offlineServicing"),
        "holds the package of BER-PC-002",
    ),
    "an older one elsewhere": (
        join(provisioning(AGAIN, "OfflineIdentification"), "offlineServicing"),
        "another package of BER-PC-001 at a second place",
    ),
    "a domain": (
        join("<Identification><JoinDomain>corp.example</JoinDomain></Identification>"),
        "already says how to join, in the pass specialize: JoinDomain",
    ),
    "credentials": (
        join("<Identification><Credentials><Password>pass-Word_1</Password></Credentials></Identification>"),
        "already says how to join, in the pass specialize: Credentials",
    ),
    "two": (join(provisioning(PACKAGE) + provisioning(PACKAGE)), "has AccountData 2 times"),
    "another key": (
        join("").replace("31bf3856ad364e35", "0000000000000000"),
        "a component Microsoft-Windows-UnattendedJoin whose publicKeyToken is not 31bf3856ad364e35",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(content: str, sentence: str) -> None:
    with pytest.raises((UnattendError, XmlError), match=sentence) as raised:
        unattend.write(content.encode(), Wanted(PACKAGE))
    assert "pass-Word_1" not in str(raised.value)
    for package in (PACKAGE, AGAIN, OTHER):
        assert package.to_base64()[:12] not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize(
    "setting", ["Credentials", "JoinDomain", "JoinWorkgroup", "MachineObjectOU", "MachinePassword", "UnsecureJoin"]
)
def test_every_other_way_to_join_is_refused(setting: str) -> None:
    content = join(f"<Identification><{setting}/></Identification>").encode()
    with pytest.raises(UnattendError, match=f"in the pass specialize: {setting};"):
        unattend.write(content, Wanted(PACKAGE))


def test_what_a_file_says_of_the_join() -> None:
    names = join("<ComputerName> BER-PC-001 </ComputerName>", name="Shell-Setup").encode()
    assert unattend.look(names) == unattend.Seen((), ("BER-PC-001",))
    assert unattend.look(join(provisioning(PACKAGE)).encode()) == unattend.Seen(("BER-PC-001",), ())
    assert unattend.look(join(provisioning("%PACKAGE%")).encode()) == unattend.Seen((), ())
    elsewhere = join(f"<Identification><Note>{PACKAGE.to_base64()}</Note></Identification>").encode()
    assert unattend.look(elsewhere) == unattend.Seen((), ())


def test_too_large() -> None:
    with pytest.raises(XmlError, match="is too large"):
        unattend.write(b" " * (xml_source.LARGEST + 1), Wanted(PACKAGE))


def test_the_same_package_may_stand_in_both_passes() -> None:
    both = unattend.write(unattend.write(None, Wanted(PACKAGE)), Wanted(PACKAGE, unattend.OFFLINE_SERVICING))
    assert account_data(both) == account_data(both, "offlineServicing", "OfflineIdentification")
    assert unattend.look(both).machines == ("BER-PC-001", "BER-PC-001")


NAMES = st.sampled_from(["settings", "component", "Identification", "Provisioning", "AccountData", "x", "caf\u00e9"])
TEXTS = st.text("ab<>&\"' \r\n\t\u00e9\u0436", max_size=8)


@st.composite
def elements(draw: st.DrawFn, depth: int = 4) -> str:
    """Any XML of an answer file's names, in any way of writing it."""
    name = draw(NAMES)
    quote = draw(st.sampled_from("\"'"))
    values = st.sampled_from(["specialize", "amd64", "Microsoft-Windows-UnattendedJoin", "&#x41;", ">"])
    given_names = draw(st.lists(st.sampled_from(["pass", "name", "processorArchitecture"]), unique=True, max_size=3))
    attributes = "".join(f" {one}={quote}{draw(values)}{quote}" for one in given_names)
    if draw(st.booleans()) or not depth:
        return f"<{name}{attributes}{draw(st.sampled_from(['', ' ']))}/>"
    pieces = [
        st.builds(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), TEXTS),
        st.builds(lambda text: f"<!-- {text.replace('-', '')} -->", TEXTS),
        st.builds(lambda text: f"<![CDATA[{text.replace(']', '')}]]>", TEXTS),
        st.just("<?pi <x/> ?>"),
        elements(depth=depth - 1),
    ]
    inside = "".join(draw(st.lists(st.one_of(pieces), max_size=3)))
    return f"<{name}{attributes}>{inside}</{name}{draw(st.sampled_from(['', ' ']))}>"


def canonical(element: ET.Element) -> str:
    return ET.canonicalize(ET.tostring(element, encoding="unicode"))


@given(elements())
def test_spans_are_those_of_the_elements(body: str) -> None:
    """Each cut out of the file is the same element to another reader."""
    source = xml_source.Source(body.encode())
    tree = list(ET.fromstring(body).iter())
    found = list(source.root.walk())
    assert [one.name for one in found] == [one.tag for one in tree]
    for element, other in zip(found, tree, strict=True):
        cut = ET.fromstring(source.content[element.start : element.end])
        other.tail = None
        assert canonical(cut) == canonical(other)
        inside = b"<x>" + source.content[element.inside : element.inside_end] + b"</x>"
        assert [one.tag for one in ET.fromstring(inside).iter()][1:] == [one.tag for one in other.iter()][1:]


@given(st.lists(elements(), max_size=3), st.sampled_from(["utf-8", "utf-16", "utf-16-be"]))
def test_splicing_any_file(children: list[str], codec: str) -> None:
    """It is refused, or has the package and, that taken out again, the same content as before."""
    declaration = f'<?xml version="1.0" encoding="{codec[:6]}"?>'
    body = f'{declaration}<unattend xmlns="{unattend.NAMESPACE}">{"".join(children)}</unattend>'
    content = ("\ufeff" * codec.endswith("be") + body).encode(codec)
    try:
        written = unattend.write(content, Wanted(PACKAGE))
    except UnattendError:
        return
    assert PACKAGE.machine_name in unattend.look(written).machines
    assert unattend.write(written, Wanted(PACKAGE)) == written
    # nothing that stood in the file was moved or lost: its bytes are a subsequence
    position = 0
    for byte in content:
        position = written.index(byte, position) + 1


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    with pytest.raises((UnattendError, XmlError)):
        unattend.write(content, Wanted(PACKAGE))
