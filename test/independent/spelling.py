# What every check of verify.py stands on: canonical form, identifiers, keys and signatures, as docs/protocol.md has
# them. Refuses every other spelling by raising Refused.
import base64
import datetime
import hashlib
import ipaddress
import json
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(Exception):
    """What was checked is not as specified."""


def require(holds, why):
    if not holds:
        raise Refused(why)


# --- Canonical form -----------------------------------------------------------------------------------------------

SAFE = 2 ** 53 - 1
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def write(value, depth=0):
    """The canonical text of a value."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        require(-SAFE <= value <= SAFE, "a number is out of range")
        return str(value)
    if isinstance(value, str):
        require("\0" not in value, "a string holds U+0000")
        return '"' + "".join(ESCAPES.get(c) or (c if c >= " " else "\\u%04x" % ord(c)) for c in value) + '"'
    require(depth < 16, "nested too deeply")
    if isinstance(value, list):
        return "[" + ",".join(write(item, depth + 1) for item in value) + "]"
    for key in value:
        require(key not in ("__proto__", "constructor", "prototype"), "a forbidden key")
    keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(write(key, depth + 1) + ":" + write(value[key], depth + 1) for key in keys) + "}"


def jcs(value):
    try:
        return write(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refused("a string holds a lone surrogate") from error


def read(data, most):
    """The value of canonical bytes: read by a common parser, written again, and compared."""
    require(len(data) <= most, "more than %d bytes" % most)

    def members(pairs):
        require(len(dict(pairs)) == len(pairs), "a key occurs twice")
        return dict(pairs)

    def no_number(text):
        raise Refused("a number is no integer: " + text)

    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_float=no_number,
                           parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise Refused("not JSON in UTF-8") from error
    require(jcs(value) == data, "not in canonical form")
    return value


# --- Identifiers --------------------------------------------------------------------------------------------------

B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def b58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = B58[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def un58(text, most=100):
    require(isinstance(text, str) and len(text) <= most and all(c in B58 for c in text), "not base58")
    number = 0
    for c in text:
        number = number * 58 + B58.index(c)
    return b"\0" * (len(text) - len(text.lstrip("1"))) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def un64(text, length):
    require(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text), "not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise Refused("not base64url") from error
    require(base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text, "base64url in another spelling")
    require(len(data) == length, "not %d bytes" % length)
    return data


def sha(data):
    return hashlib.sha256(data).digest()


def hash_of(data):
    return b58(b"\x12\x20" + sha(data))


def is_hash(text):
    if not isinstance(text, str) or not re.fullmatch("Qm[%s]{44}" % B58, text):
        return False
    data = un58(text)
    return len(data) == 34 and data[:2] == b"\x12\x20"


def is_text(value, pattern, most=None):
    return isinstance(value, str) and (most is None or len(value) <= most) and re.fullmatch(pattern, value) is not None


def is_count(value, most, least=0):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def moment(text, decimals=True):
    """The time of a moment, in seconds; without decimals for a versionTime."""
    tail = r"\.[0-9]{3}Z" if decimals else "Z"
    require(is_text(text, r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}" + tail), "not a moment")
    try:
        when = datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    except ValueError as error:
        raise Refused("no such moment: " + text) from error
    require(when.year >= 1970 and int(text[17:19]) < 60, "no such moment: " + text)
    return when.timestamp() + (int(text[20:23]) / 1000 if decimals else 0)


def key_of(multikey):
    """The 32 bytes of a multikey that may serve as a public key."""
    require(is_text(multikey, "z6Mk[%s]{44}" % B58), "not a multikey")
    data = un58(multikey[1:])
    require(len(data) == 34 and data[:2] == b"\xed\x01", "not a multikey")
    return data[2:]



def is_message_id(text):
    return is_text(text, "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


USERNAME = "[a-z0-9][a-z0-9_-]{1,30}[a-z0-9]"


def is_server_url(text):
    match = isinstance(text, str) and len(text) <= 512 and re.fullmatch(
        r"(https?)://([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?((?:/[A-Za-z0-9._~-]+)*)",
        text)
    if not match:
        return False
    scheme, _, port, _ = match.groups()
    return port is None or (int(port) <= 65535 and port != {"https": "443", "http": "80"}[scheme])


def is_its_own_serialisation(url):
    """As far as it can be told without a URL library: no dot segment, addresses in their usual form."""
    host, *path = url.split("://")[1].split("/")
    name = re.sub(r":[0-9]+$", "", host)
    if any(part in (".", "..") for part in path):
        return False
    try:
        if name.startswith("["):
            address = ipaddress.IPv6Address(name[1:-1])
            mapped = address.ipv4_mapped and "::ffff:%x:%x" % divmod(int(address.ipv4_mapped), 2 ** 16)
            return (mapped or str(address)) == name[1:-1]
        if re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)", name.rstrip(".").split(".")[-1]):
            return str(ipaddress.IPv4Address(name)) == name
    except ValueError:
        return False
    return True


# --- Keys and signatures ------------------------------------------------------------------------------------------

SMALL_ORDER = {"00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f",
               "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
               "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"}


def is_signed(key, message, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    y = key[:31] + bytes([key[31] & 0x7F])
    if int.from_bytes(y, "little") >= 2 ** 255 - 19 or y.hex() in SMALL_ORDER:
        return False
    if int.from_bytes(signature[32:], "little") >= 2 ** 252 + 27742317777372353535851937790883648493:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


def check_signed(document, purpose, key):
    """The member `signature` over the rest of a canonical object."""
    rest = {name: value for name, value in document.items() if name != "signature"}
    message = ("ORF/1 %s\0" % purpose).encode() + jcs(rest)
    require(is_signed(key, message, un64(document["signature"], 64)), "the signature does not hold")
