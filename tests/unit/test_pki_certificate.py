"""``x509.ParseCertificate``; the first table holds what Go 1.18.10 to 1.25.5 printed for extensions."""

from __future__ import annotations

import pytest

from dmls.pki import certificate, der
from dmls.pki.certificate import CertificateError, parse
from dmls.pki.facts import ECDSA, ED25519, GO_1_18, GO_1_23, GO_1_24, GO_1_25, OTHER, RSA, X25519, Certificate, GoVersion, IPRange
from support import certs
from support import der as write
from support.certs import NOW, Spec, identity, key

VERSIONS: tuple[GoVersion, ...] = ((1, 18), (1, 20), (1, 21), (1, 22), (1, 23), (1, 24), (1, 25))

Observed = tuple[tuple[GoVersion, str | None], ...]

# (what, extension, critical, value, the answer from which version on)
OBSERVED: list[tuple[str, str, bool, str, Observed]] = [
    ("usage without bits", "2.5.29.15", False, "0300", (((1, 18), "x509: invalid key usage"),)),
    ("usage with a set unused bit", "2.5.29.15", False, "03020101", (((1, 18), "x509: invalid key usage"),)),
    ("usage of nine bits", "2.5.29.15", False, "0303070080", (((1, 18), None),)),
    ("path length below zero", "2.5.29.19", True, "30030201ff", (((1, 18), None), ((1, 25), "x509: invalid basic constraints"))),
    ("path length of eight bytes", "2.5.29.19", True, "300d0101ff02087fffffffffffffff", (((1, 18), None),)),
    ("path length too large", "2.5.29.19", True, "300b0209008000000000000000", (((1, 18), "x509: invalid basic constraints c"), ((1, 21), "x509: invalid basic constraints"))),
    ("boolean of 01", "2.5.29.19", True, "3003010101", (((1, 18), "x509: invalid basic constraints b"), ((1, 21), "x509: invalid basic constraints"))),
    ("no names", "2.5.29.17", False, "3000", (((1, 18), None),)),
    ("non-ASCII DNS name", "2.5.29.17", False, "300b8209e42e6578616d706c65", (((1, 18), "x509: SAN dNSName is malformed"),)),
    ("address of five bytes", "2.5.29.17", False, "300787053132333435", (((1, 18), "x509: cannot parse IP address of length 5"),)),
    ("non-ASCII mailbox", "2.5.29.17", False, "30058103e44078", (((1, 18), "x509: SAN rfc822Name is malformed"),)),
    (
        "URI with an escape in the host",
        "2.5.29.17",
        False,
        "300d860b687474703a2f2f2534312f",
        (((1, 18), 'x509: cannot parse URI "http://%41/": parse "http://%41/": invalid URL escape "%41"'),),
    ),
    (
        "URI with a host in brackets",
        "2.5.29.17",
        False,
        "30158613687474703a2f2f5b6c6f63616c686f73745d2f",
        (((1, 18), None), ((1, 24), 'x509: cannot parse URI "http://[localhost]/": parse "http://[localhost]/": invalid host: ParseAddr("localhost"): unable to parse IP')),
    ),
    (
        "URI with an address of version 4 in brackets",
        "2.5.29.17",
        False,
        "30158613687474703a2f2f5b3132372e302e302e315d2f",
        (((1, 18), None), ((1, 24), 'x509: cannot parse URI "http://[127.0.0.1]/": parse "http://[127.0.0.1]/": invalid IP-literal')),
    ),
    (
        "URI with a bracket inside",
        "2.5.29.17",
        False,
        "3010860e687474703a2f2f785b3a3a315d2f",
        (((1, 18), 'x509: cannot parse URI "http://x[::1]/": parse "http://x[::1]/": invalid port ":1]" after host'), ((1, 24), None)),
    ),
    ("URI with a dot first", "2.5.29.17", False, "300c860a687474703a2f2f2e612f", (((1, 18), None), ((1, 23), 'x509: cannot parse URI "http://.a/": invalid domain'))),
    ("URI with a dot last", "2.5.29.17", False, "300c860a687474703a2f2f612e2f", (((1, 18), 'x509: cannot parse URI "http://a./": invalid domain'),)),
    (
        "URI with a bad port",
        "2.5.29.17",
        False,
        "300d860b687474703a2f2f613a622f",
        (((1, 18), 'x509: cannot parse URI "http://a:b/": parse "http://a:b/": invalid port ":b" after host'),),
    ),
    (
        "URI with a control character",
        "2.5.29.17",
        False,
        "300b8609687474703a2f2f610a",
        (((1, 18), 'x509: cannot parse URI "http://a\\n": parse "http://a\\n": net/url: invalid control character in URL'),),
    ),
    (
        "no scheme before a colon",
        "2.5.29.17",
        False,
        "300786056120623a63",
        (((1, 18), 'x509: cannot parse URI "a b:c": parse "a b:c": first path segment in URL cannot contain colon'),),
    ),
    ("colon first", "2.5.29.17", False, "300486023a63", (((1, 18), 'x509: cannot parse URI ":c": parse ":c": missing protocol scheme'),)),
    ("URI with a zone", "2.5.29.17", False, "301b8619687474703a2f2f5b666538303a3a31253235656e305d3a312f", (((1, 18), None),)),
    (
        "bad user",
        "2.5.29.17",
        False,
        "300e860c687474703a2f2f755c40612f",
        (((1, 18), 'x509: cannot parse URI "http://u\\\\@a/": parse "http://u\\\\@a/": net/url: invalid userinfo'),),
    ),
    ("constraint of nothing", "2.5.29.30", True, "3000", (((1, 18), "x509: empty name constraints extension"),)),
    ("constraint of a dot", "2.5.29.30", True, "3007a005300382012e", (((1, 18), None), ((1, 24), 'x509: failed to parse dnsName constraint "."'))),
    ("constraint of two dots", "2.5.29.30", True, "3009a007300582032e2e61", (((1, 18), None), ((1, 23), 'x509: failed to parse dnsName constraint "..a"'))),
    ("constraint with a final dot", "2.5.29.30", True, "3008a00630048202612e", (((1, 18), 'x509: failed to parse dnsName constraint "a."'),)),
    ("mask with holes", "2.5.29.30", True, "300ea00c300a87080a000000ff00ff00", (((1, 18), "x509: IP constraint contained invalid mask ff00ff00"),)),
    ("range of five bytes", "2.5.29.30", True, "300ba009300787053132333435", (((1, 18), "x509: IP constraint contained value of length 5"),)),
    ("URI constraint of an address", "2.5.29.30", True, "3009a107300586033a3a31", (((1, 18), 'x509: failed to parse URI constraint "::1": cannot be IP address'),)),
    ("mailbox constraint without local part", "2.5.29.30", True, "3008a006300481024061", (((1, 18), 'x509: failed to parse rfc822Name constraint "@a"'),)),
    ("non-ASCII constraint", "2.5.29.30", True, "3008a00630048202c3a4", (((1, 18), 'x509: invalid constraint value: x509: "ä" cannot be encoded as an IA5String'),)),
    ("unknown kind of constraint", "2.5.29.30", True, "3006a0043002a400", (((1, 18), None),)),
    ("critical subject key identifier", "2.5.29.14", True, "040161", (((1, 18), None), ((1, 23), "x509: subject key identifier incorrectly marked critical"))),
    ("critical authority key identifier", "2.5.29.35", True, "3003800161", (((1, 18), None), ((1, 23), "x509: authority key identifier incorrectly marked critical"))),
    ("critical authority information", "1.3.6.1.5.5.7.1.1", True, "3000", (((1, 18), None), ((1, 23), "x509: authority info access incorrectly marked critical"))),
    ("empty usage OID", "2.5.29.37", False, "30020600", (((1, 18), "x509: invalid extended key usages"),)),
    ("long form of an OID", "2.5.29.37", False, "30050603805501", (((1, 18), None), ((1, 21), "x509: invalid extended key usages"))),
    ("policy twice", "2.5.29.32", False, "300c300406022a03300406022a03", (((1, 18), None), ((1, 24), "x509: invalid certificate policies"))),
    ("policy with a huge part", "2.5.29.32", False, "300a300806062a9080808000", (((1, 18), "x509: invalid certificate policies"), ((1, 22), None))),
    ("policy constraints that are none", "2.5.29.36", True, "0500", (((1, 18), None), ((1, 24), "x509: invalid policy constraints extension"))),
    ("policy mappings that are none", "2.5.29.33", True, "30020500", (((1, 18), None), ((1, 24), "x509: invalid policy mappings extension"))),
    ("inhibit any policy that is none", "2.5.29.54", True, "0500", (((1, 18), None), ((1, 24), "x509: invalid inhibit any policy extension"))),
    ("unknown", "1.2.3.4", True, "0500", (((1, 18), None),)),
    ("distribution point cut off", "2.5.29.31", False, "3004300aa000", (((1, 18), "x509: invalid CRL distribution point"),)),
]


def made(spec: Spec, kind: str = "p256") -> Certificate:
    return parse(identity(spec, key(kind)).der)


@pytest.mark.parametrize(("oid", "critical", "value", "said"), [row[1:] for row in OBSERVED], ids=[row[0] for row in OBSERVED])
def test_extensions_as_go(oid: str, critical: bool, value: str, said: Observed) -> None:
    own = identity(Spec(extra=((oid, critical, bytes.fromhex(value)),), only_extra=True), key())
    try:
        found: Certificate | None = parse(own.der)
        everywhere = None
    except CertificateError as error:
        found = None
        everywhere = str(error)
    for go in VERSIONS:
        wanted = next(text for since, text in reversed(said) if since <= go)
        mine = found.refusal(go) if found else everywhere
        # Where every version refuses, the text is that of the latest.
        assert mine == (wanted if found else said[-1][1] if wanted else None)


def test_facts() -> None:
    spec = Spec(
        subject=(("c", "CN"), ("o", "A, B"), ("ou", "x"), ("ou", " y"), ("cn", "first"), ("cn", "dm-master"), ("emailaddress", "a@b")),
        san=("a.example", "*.b.example", "10.0.0.1", "::1", "a@b", "spiffe://c/d"),
        eku=("server", "any", "1.2.3.4"),
        usage=("digitalSignature", "decipherOnly"),
        policies=("1.2.3", "any"),
        require_explicit=1,
        inhibit_mapping=0,
        inhibit_any=2,
        mappings=(("1.2.3", "1.2.4"),),
        ski=b"ski",
        aki=b"aki",
        serial=300,
    )
    cert = made(spec)
    assert cert.version == 3 and cert.serial == 300 and cert.signature_algorithm == "ECDSA-SHA256"
    assert cert.subject.common_name == "dm-master" and cert.is_self_issued and cert.issuer is cert.subject
    assert cert.subject.text == "CN=dm-master,OU=x+OU=\\ y,O=A\\, B,C=CN,1.2.840.113549.1.9.1=#0c03614062"
    assert cert.not_before == NOW - 30 * 86400 and cert.not_after == NOW + 335 * 86400
    assert cert.has_san and cert.dns_names == ("a.example", "*.b.example")
    assert cert.ip_addresses == (b"\x0a\0\0\1", bytes(15) + b"\1")
    assert cert.email_addresses == ("a@b",) and cert.uris == ("spiffe://c/d",)
    assert cert.extended_key_usages == ("serverAuth", "any", "1.2.3.4")
    assert cert.key_usage == 1 | 256
    assert cert.basic_constraints and not cert.is_ca and cert.max_path_len == -1
    assert cert.subject_key_id == b"ski" and cert.authority_key_id == b"aki"
    assert cert.policies.identifiers == ("1.2.3", "2.5.29.32.0") and cert.policies.mappings == (("1.2.3", "1.2.4"),)
    assert cert.policies[2:] == (1, 0, 2)
    assert cert.unhandled_critical == (("2.5.29.36", GO_1_24), ("2.5.29.54", GO_1_24))
    assert "2.5.29.17" in cert.extensions
    assert cert.public_key.kind == ECDSA and cert.public_key.curve == "P-256" and cert.public_key.spki in cert.tbs
    assert cert.tbs in cert.der and cert.refusals == ()


def test_an_authority_with_name_constraints() -> None:
    cert = made(Spec(ca=True, pathlen=0, permit=("dm.example", ".sub", "10.0.0.0/8"), exclude=("a@b", "uri:c", "fd00::/8")))
    assert cert.is_ca and cert.max_path_len == 0 and cert.key_usage == 1 << 5 | 1 << 6
    constraints = cert.name_constraints
    assert constraints.critical
    assert constraints.permitted_dns == ("dm.example", ".sub")
    assert constraints.permitted_ip == (IPRange(b"\x0a\0\0\0", b"\xff\0\0\0"),)
    assert constraints.excluded_email == ("a@b",) and constraints.excluded_uri == ("c",)
    assert constraints.excluded_ip == (IPRange(b"\xfd" + bytes(15), b"\xff" + bytes(15)),)


@pytest.mark.parametrize(
    ("kind", "wanted", "bits", "curve"),
    [
        ("rsa2048", RSA, 2048, ""),
        ("p224", ECDSA, 224, "P-224"),
        ("p384", ECDSA, 384, "P-384"),
        ("p521", ECDSA, 521, "P-521"),
        ("ed25519", ED25519, 256, ""),
        ("x25519", X25519, 256, ""),
        ("ed448", OTHER, 0, ""),
        ("rsa-pss", OTHER, 0, ""),
    ],
)
def test_kinds_of_keys(kind: str, wanted: str, bits: int, curve: str) -> None:
    cert = parse(identity(Spec(), key(kind), signer=identity(Spec(ca=True), key())).der)
    found = cert.public_key
    assert (found.kind, found.bits, found.curve) == (wanted, bits, curve)


def test_a_curve_that_go_does_not_have() -> None:
    with pytest.raises(CertificateError, match="^x509: unsupported elliptic curve$"):
        made(Spec(), "secp256k1")


def test_serial_numbers() -> None:
    negative = made(Spec(serial=-5))
    assert negative.serial == -5
    assert negative.refusal(GO_1_18) is None
    assert negative.refusal(GO_1_23) == "x509: negative serial number"
    for octets in (b"", b"\0\1", b"\xff\x80"):
        with pytest.raises(CertificateError, match="^x509: malformed serial number$"):
            made(Spec(serial=octets))
    assert made(Spec(serial=0)).serial == 0


def test_versions() -> None:
    assert made(Spec(version=1)).extensions == ()
    assert made(Spec(version=2)).version == 2
    with pytest.raises(CertificateError, match="^x509: invalid version$"):
        made(Spec(version=4))


def test_the_first_refusal_of_a_version_is_told() -> None:
    cert = made(Spec(serial=-1, extra=(("2.5.29.14", True, b"\4\1a"),), only_extra=True))
    assert cert.refusal(GO_1_25) == "x509: negative serial number"
    with pytest.raises(CertificateError, match="^x509: negative serial number$"):
        made(Spec(serial=-1, extra=(("2.5.29.17", False, b""),), only_extra=True))


def test_extensions_twice() -> None:
    twice = made(Spec(extra=(("1.2.3", False, b""), ("1.2.3", False, b"")), only_extra=True))
    assert twice.refusal((1, 18)) is None
    assert twice.refusal((1, 19)) == "x509: certificate contains duplicate extensions"
    assert twice.refusal(GO_1_25) == 'x509: certificate contains duplicate extension with OID "1.2.3"'


def test_trailing_and_missing_bytes() -> None:
    data = identity(Spec(), key()).der
    for text, piece in {
        "x509: trailing data": data + b"\0",
        "x509: malformed certificate": data[:-1],
        "x509: malformed tbs certificate": b"\x30\x02\x05\x00",
    }.items():
        with pytest.raises(CertificateError, match=f"^{text}$"):
            parse(piece)
    for piece in (b"", b"\x30", b"\x30\x80", b"\x1f\x01\x00"):
        with pytest.raises(CertificateError, match="^x509: malformed certificate$"):
            parse(piece)


# (the moment's tag and text, seconds since 1970 or None)
TIMES: list[tuple[int, bytes, int | None]] = [
    (der.UTC_TIME, b"240229235959Z", 1709251199),
    (der.UTC_TIME, b"2402292359Z", 1709251140),
    (der.UTC_TIME, b"490101000000Z", 2493072000),
    (der.UTC_TIME, b"500101000000Z", -631152000),
    (der.UTC_TIME, b"240101000000+0100", 1704063600),
    (der.UTC_TIME, b"240101000000-0830", 1704097800),
    (der.UTC_TIME, b"240101000000+0000", None),
    (der.UTC_TIME, b"240101000000-0060", None),
    (der.UTC_TIME, b"230229000000Z", None),
    (der.UTC_TIME, b"240101000060Z", None),
    (der.UTC_TIME, b"240101000000", None),
    (der.UTC_TIME, b"240101000000z", None),
    (der.UTC_TIME, b"20240101000000Z", None),
    (der.GENERALIZED_TIME, b"20500101000000Z", 2524608000),
    (der.GENERALIZED_TIME, b"99991231235959Z", 253402300799),
    (der.GENERALIZED_TIME, b"00000101000000Z", -62167219200),
    (der.GENERALIZED_TIME, b"20240101000000.5Z", None),
    (der.GENERALIZED_TIME, b"202401010000Z", None),
    (der.GENERALIZED_TIME, b"19000229000000Z", None),
]


@pytest.mark.parametrize(("tag", "text", "wanted"), TIMES)
def test_times(tag: int, text: bytes, wanted: int | None) -> None:
    found = der.time(tag, text)
    assert (found[0] if found else None) == wanted


def test_zones_of_more_than_a_day() -> None:
    assert der.time(der.UTC_TIME, b"240101000000+2500") == (1704067200 - 25 * 3600, 25)


# (the type of the string, its bytes, the text, the error)
STRINGS: list[tuple[int, bytes, str | None, str]] = [
    (der.UTF8_STRING, "é".encode(), "é", ""),
    (der.UTF8_STRING, b"\xed\xa0\x80", None, "invalid UTF-8 string"),
    (der.PRINTABLE_STRING, b"a*b&c", "a*b&c", ""),
    (der.PRINTABLE_STRING, b"a@b", None, "invalid PrintableString"),
    (der.IA5_STRING, b"a@b", "a@b", ""),
    (der.IA5_STRING, b"\xe4", None, "invalid IA5String"),
    (der.T61_STRING, b"\xe4", "ä", ""),
    (der.NUMERIC_STRING, b"1 2", "1 2", ""),
    (der.NUMERIC_STRING, b"a", None, "invalid NumericString"),
    (der.BMP_STRING, b"\0a\0\0", "a", ""),
    (der.BMP_STRING, b"\0", None, "invalid BMPString"),
    (0x1C, b"\0\0\0a", None, "unsupported string type: 28"),
]


@pytest.mark.parametrize(("tag", "value", "text", "error"), STRINGS)
def test_strings_of_names(tag: int, value: bytes, text: str | None, error: str) -> None:
    raw = write.seq(write.set_of(write.seq(write.oid("2.5.4.3"), write.tagged(tag, value))))
    if text is not None:
        assert certificate.read_name(raw).common_name == text
    else:
        with pytest.raises(CertificateError, match=f"^x509: invalid RDNSequence: invalid attribute value: {error}$"):
            certificate.read_name(raw)


def test_surrogates_are_refused_since_1_25() -> None:
    own = identity(Spec(), key())
    name = write.seq(write.set_of(write.seq(write.oid("2.5.4.3"), write.tagged(der.BMP_STRING, b"\xd8\x00"))))
    tbs = write.seq(write.explicit(0, write.integer(2)), write.integer(1), own.key.sign(b"", "sha256")[0], name, write.seq(write.time(NOW), write.time(NOW)), name, own.key.spki)
    cert = parse(write.seq(tbs, own.key.sign(b"", "sha256")[0], write.bitstring(b"")))
    assert cert.refusal(GO_1_24) is None
    assert cert.refusal(GO_1_25) == "x509: invalid RDNSequence: invalid attribute value: invalid BMPString"


def test_lengths_in_their_shortest_form() -> None:
    assert der.read(b"\x04\x81\x80" + bytes(128), 0, 131) == (4, 3, 131)
    for data in (b"\x04\x81\x7f" + bytes(127), b"\x04\x82\x00\x80" + bytes(128), b"\x04\x80\x00\x00", b"\x04\x85\0\0\0\0\1a", b"\x04\x02a"):
        assert der.read(data, 0, len(data))[0] == der.NO_TAG


def test_object_identifiers() -> None:
    assert der.oid(bytes.fromhex("2a864886f70d")) == ("1.2.840.113549", True)
    assert der.oid(b"\x80\x01") == ("0.1", False)
    assert der.oid(b"\x88\x37") == ("2.999", True)
    assert der.oid(b"\x2a\x87\xff\xff\xff\x7f")[0] == f"1.2.{(1 << 31) - 1}"
    assert der.oid(b"\x2a\x88\x80\x80\x80\x00")[0] == ""
    assert der.long_oid(b"\x2a\x88\x80\x80\x80\x00") == f"1.2.{1 << 31}"
    assert der.long_oid(b"\x2a\x80\x01") == der.long_oid(b"") == der.long_oid(b"\x81") == ""
    assert der.long_oid(b"\x2a" * 600) == "#" + "2a" * 600


def test_names_are_shared() -> None:
    root = identity(Spec(ca=True), key())
    first, second = (parse(identity(Spec(subject=(("cn", name),)), key("p384"), root).der) for name in ("a", "b"))
    assert first.issuer is second.issuer
    assert certs.NOW == NOW
