#!/usr/bin/python3
# Checks what an O-Red node says of itself, without any of its code: written from docs/protocol.md alone, on Debian's
# python3-cryptography. Verifies identity logs, node records, envelopes and receipts; everything that is not exactly
# as specified is refused, and one refusal ends the run with status 1.
"""Usage:
  curl -s http://HOST/orf/v1/node | verify.py     a JSON object on standard input
  verify.py --each                                one such object a line; one verdict (JSON) a line
  verify.py FOLDER                                the same members as files: did.jsonl, record.json, receipt.json,
                                                  envelopes.jsonl (a batch), peer.jsonl (another signer's log)

Members: log (needed, unless keys has the signer), record, envelope, receipt (text, or a list of texts),
peer_logs (list: the logs of other signers, such as those of receipts), keys ({node id: multikey}, believed without
a log: for test vectors), node_id (expected), now (moment; else this machine's clock). For test vectors too:
canonical (a text, or bytes as {"hex": ...}), signed ({publicKey, message, signature}, in hexadecimal)."""
import base64
import datetime
import json
import os
import re
import sys

sys.dont_write_bytecode = True  # a checkout stays as it is
from spelling import (  # noqa: E402
    SAFE, USERNAME, Refused, b58, check_signed, hash_of, is_count, is_hash, is_its_own_serialisation, is_message_id,
    is_server_url, is_signed, is_text, jcs, key_of, moment, read, require, sha, un58, un64)

FILES = {"log": "did.jsonl", "record": "record.json", "envelope": "envelopes.jsonl", "receipt": "receipt.json",
         "peer_logs": "peer.jsonl"}


# --- Identity -----------------------------------------------------------------------------------------------------

LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"


def check_did(did, node_id):
    prefix = "did:webvh:%s:" % node_id
    require(isinstance(did, str) and did.startswith(prefix), "the DID is not of this node")
    host, *path = did[len(prefix):].split(":")
    match = re.fullmatch(r"((?:%s\.)+(?=[a-z])%s)(?:%%3A([1-9][0-9]{0,4}))?" % (LABEL, LABEL), host)
    require(match is not None and len(match.group(1)) <= 253, "the DID's host")
    require(match.group(2) is None or (int(match.group(2)) <= 65535 and match.group(2) != "443"), "the DID's port")
    segments = all(re.fullmatch("[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?", segment) for segment in path)
    require(len(path) <= 4 and segments, "the DID's path")


def document_of(did, signing, former):
    method = "%s#%s" % (did, signing)
    document = {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "assertionMethod": [method], "authentication": [method], "id": did,
        "verificationMethod": [{"controller": did, "id": method, "publicKeyMultibase": signing, "type": "Multikey"}]}
    if former:
        document["alsoKnownAs"] = former
    return document


def entry_values(entry, number):
    """What an entry says, once its shape allows to read it; the rest is compared as a whole."""
    try:
        parameters = entry["parameters"]
        [update], [next_hash, recovery_hash] = parameters["updateKeys"], parameters["nextKeyHashes"]
        [method], [proof] = entry["state"]["verificationMethod"], entry["proof"]
        signing, did, proof_value = method["publicKeyMultibase"], entry["state"]["id"], proof["proofValue"]
        time = moment(entry["versionTime"], decimals=False)
        node_id = parameters["scid"] if number == 1 else None
        closed = number > 1 and parameters.get("deactivated") is True
    except (KeyError, TypeError, ValueError) as error:
        raise Refused("entry %d has another shape" % number) from error
    for key in (update, signing):
        key_of(key)
    require(is_hash(next_hash) and is_hash(recovery_hash) and next_hash != recovery_hash, "nextKeyHashes")
    return update, signing, did, [next_hash, recovery_hash], time, node_id, closed, proof_value


def check_log(data, now, expected=None):
    """The identity that a log proves: {node_id, head, key, closed, entries}."""
    require(0 < len(data) <= 393216 and data.endswith(b"\n"), "the log's size or line feeds")
    lines = data[:-1].split(b"\n")
    require(len(lines) <= 256, "too many entries")
    node_id = previous = hashes = None
    last_time, closed, head = float("-inf"), False, None
    used, announced, installed, dids = set(), set(), set(), []
    for number, line in enumerate(lines, 1):
        require(not closed, "an entry follows a deactivation")
        entry = read(line, 4096)
        require(isinstance(entry, dict), "an entry is no object")
        update, signing, did, announces, time, scid, closed, proof_value = entry_values(entry, number)
        if number == 1:
            node_id = scid
            require(is_hash(node_id) and expected in (None, node_id), "the log is another node's")
        check_did(did, node_id)

        # Succession.
        update_hash = hash_of(update.encode())
        by_recovery = number > 1 and update_hash == hashes[1]
        require(number == 1 or by_recovery or update_hash == hashes[0], "the update key was not announced")
        require((signing != update) if by_recovery else (signing == update), "the signing key")
        require(number == 1 or by_recovery or announces[1] == hashes[1], "only the recovery key replaces its hash")
        if number == 1 or by_recovery:
            installed.add(hash_of(signing.encode()))
            require(hash_of(signing.encode()) not in announced, "the new signing key was announced")
        fresh = announces[:1] if number > 1 and not by_recovery else announces
        require(not any(h in announced or h in installed for h in fresh), "a hash comes back")
        require(used.isdisjoint({update, signing}), "a key comes back")
        require(time > last_time and time <= now + 300, "the times of the entries")

        # The entry is, byte for byte, what its values make.
        parameters = {"updateKeys": [update], "nextKeyHashes": announces}
        if number == 1:
            parameters.update({"method": "did:webvh:1.0", "portable": True, "scid": node_id})
        if closed:
            parameters["deactivated"] = True
        body = {"versionTime": entry["versionTime"], "parameters": parameters,
                "state": document_of(did, signing, [d for d in dids if d != did])}
        if number == 1:
            placeholder = jcs({**body, "versionId": "{SCID}"}).replace(node_id.encode(), b"{SCID}")
            require(hash_of(placeholder) == node_id, "the node id is not that of the first entry")
        body["versionId"] = "%d-%s" % (number, hash_of(jcs({**body, "versionId": previous or node_id})))
        proof = {"created": entry["versionTime"], "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod",
                 "type": "DataIntegrityProof", "verificationMethod": "did:key:%s#%s" % (update, update)}
        whole = {**body, "proof": [{**proof, "proofValue": proof_value}]}
        require(jcs(whole) == line, "entry %d is not what its values make, or the chain of hashes is broken" % number)
        require(isinstance(proof_value, str) and proof_value[:1] == "z", "the proof's form")
        signature = un58(proof_value[1:])
        require(len(signature) == 64 and b58(signature) == proof_value[1:], "the proof's form")
        require(is_signed(key_of(update), sha(jcs(proof)) + sha(jcs(body)), signature), "an entry's signature")

        used |= {update, signing}
        announced |= set(announces)
        if did not in dids:
            dids.append(did)
        hashes, previous, last_time, head = announces, body["versionId"], time, body["versionId"]
        key = key_of(signing)
    return {"node_id": node_id, "head": head, "key": key, "closed": closed, "entries": len(lines)}


# --- Node record --------------------------------------------------------------------------------------------------

RECORD = {"node_id", "seq", "log_head", "server_urls", "multiaddrs", "sealing_key", "transport_key", "username",
          "expires", "signature"}


def check_record(data, identity, log, now):
    record = read(data, 16384)
    require(isinstance(record, dict) and set(record) in (RECORD | {"log"}, RECORD | {"log_cid"}), "the record's members")
    require(record["node_id"] == identity["node_id"], "the record is another node's")
    require(not identity["closed"], "the identity is closed")
    require(record["log_head"] == identity["head"], "the record is of another head")
    require(is_count(record["seq"], SAFE, 1), "the record's seq")
    if "log" in record:
        require(isinstance(record["log"], str) and record["log"].encode() == log, "the record's log")
    else:
        cid = base64.b32encode(b"\x01\x55\x12\x20" + sha(log)).decode().lower().rstrip("=")
        require(record["log_cid"] == "b" + cid, "the record's log_cid")
    urls, addresses = record["server_urls"], record["multiaddrs"]
    require(isinstance(urls, list) and len(urls) <= 8, "server_urls")
    require(all(is_server_url(url) and is_its_own_serialisation(url) for url in urls), "a server URL")
    require(isinstance(addresses, list) and len(addresses) <= 16, "multiaddrs")
    require(all(is_text(a, r"(/[A-Za-z0-9._~:%@!$&'()*+,;=-]+)+", 512) for a in addresses), "a multiaddr")
    require(len(set(urls)) == len(urls) and len(set(addresses)) == len(addresses), "an address stands twice")
    for name in ("sealing_key", "transport_key"):
        un64(record[name], 32)
    require(record["username"] == "" or is_text(record["username"], USERNAME), "the record's username")
    require(now < moment(record["expires"]) <= now + 48 * 3600 + 300, "the record has expired, or lives too long")
    check_signed(record, "record", identity["key"])
    return record


# --- Envelope, chain heads, receipt -------------------------------------------------------------------------------

ENVELOPE = {"from", "id", "payload", "seq", "signature", "timestamp", "to", "type", "version"}


def is_party(party, sender):
    return (isinstance(party, dict) and set(party) == {"node_id", "server_url", "username"}
            and is_hash(party["node_id"]) and (party["server_url"] == "" or is_server_url(party["server_url"]))
            and (is_text(party["username"], USERNAME) or (not sender and party["username"] == "")))


def is_seq(seq):
    return is_count(seq, SAFE) and (seq == 0 or seq % 2 ** 32 != 0)


def check_envelope(data, keys):
    envelope = read(data, 65536)
    require(isinstance(envelope, dict) and set(envelope) == ENVELOPE, "the envelope's members")
    require(envelope["version"] == "1.0" and is_message_id(envelope["id"]), "the envelope's version or id")
    require(is_text(envelope["type"], "[a-z][a-z0-9]*(_[a-z0-9]+)*", 48), "the envelope's type")
    require(is_party(envelope["from"], True) and is_party(envelope["to"], False), "the envelope's parties")
    require(is_seq(envelope["seq"]) and isinstance(envelope["payload"], dict), "the envelope's seq or payload")
    moment(envelope["timestamp"])
    check_signed(envelope, "envelope", signer(keys, envelope["from"]["node_id"]))
    return envelope


def chain_heads(envelopes):
    """The heads after each envelope of an unbroken run from n = 1: {(from, to, seq): head}."""
    heads = {}
    for envelope in sorted(envelopes, key=lambda one: one["seq"]):
        pair, seq = (envelope["from"]["node_id"], envelope["to"]["node_id"]), envelope["seq"]
        generation, n = divmod(seq, 2 ** 32)
        if n == 1:
            before = sha(b"ORF/1 head-zero\0" + "".join(pair).encode() + generation.to_bytes(8, "big"))
        else:
            before = heads.get(pair + (seq - 1,))
        if seq != 0 and before is not None:
            number = bytes.fromhex(envelope["id"].replace("-", ""))
            heads[pair + (seq,)] = sha(b"ORF/1 head\0" + before + seq.to_bytes(8, "big") + number
                                       + sha(jcs(envelope["payload"])))
    return heads


def is_line(line):
    if not isinstance(line, dict) or set(line) - {"code"} != {"id", "seq", "verdict", "received_at"}:
        return False
    moment(line["received_at"])
    code = "code" in line
    return (is_message_id(line["id"]) and is_count(line["seq"], SAFE)
            and (not code or is_text(line["code"], "[a-z][a-z0-9-]*/[a-z0-9-]+", 64))
            and line["verdict"] in (["duplicate", "held", "refused", "later"] if code else ["accepted", "duplicate", "held"]))


def check_receipt(data, keys, envelopes):
    receipt = read(data, 524288)
    members = {"version", "from", "lines", "heads", "issued_at", "now", "signature"}
    require(isinstance(receipt, dict) and set(receipt) - {"retry_after_s"} == members, "the receipt's members")
    require(receipt["version"] == "1.0" and is_hash(receipt["from"]), "the receipt's version or signer")
    moment(receipt["issued_at"])
    require(is_count(receipt["now"], SAFE) and is_count(receipt.get("retry_after_s", 0), 86400), "the receipt's times")
    lines, heads = receipt["lines"], receipt["heads"]
    require(isinstance(lines, list) and len(lines) <= 1000 and all(map(is_line, lines)), "the receipt's lines")
    require(isinstance(heads, list) and len(heads) <= 1000, "the receipt's heads")
    known = chain_heads([one for one in envelopes if one["to"]["node_id"] == receipt["from"]])
    for head in heads:
        require(isinstance(head, dict) and set(head) == {"from", "generation", "seq", "head"}, "a head's members")
        require(is_hash(head["from"]) and is_count(head["generation"], 2 ** 21 - 1), "a head's origin")
        require(is_count(head["seq"], SAFE), "a head's seq")
        computed = known.get((head["from"], receipt["from"], head["seq"]))
        require(un64(head["head"], 32) == (computed or un64(head["head"], 32)), "a head is not that of these envelopes")
    check_signed(receipt, "receipt", signer(keys, receipt["from"]))


def signer(keys, node_id):
    require(node_id in keys, "no identity log of %s was given" % node_id)
    return keys[node_id]


# --- What was given -----------------------------------------------------------------------------------------------


def listed(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def check(bundle):
    """Checks all that a bundle holds, and answers what was found."""
    require(isinstance(bundle, dict), "not a JSON object")
    try:
        texts = {name: [text.encode() for text in listed(bundle.get(name))] for name in FILES}
    except (AttributeError, UnicodeEncodeError) as error:
        raise Refused("a member is no text") from error
    now = moment(bundle["now"]) if "now" in bundle else datetime.datetime.now(datetime.timezone.utc).timestamp()
    keys = {node_id: key_of(multikey) for node_id, multikey in bundle.get("keys", {}).items()}
    found = []
    for log in texts["log"] + texts["peer_logs"]:
        identity = check_log(log, now, bundle.get("node_id") if log in texts["log"] else None)
        keys[identity["node_id"]] = identity["key"]
        found.append("identity %(node_id)s, %(entries)d entries, head %(head)s" % identity)
        for record in texts["record"] if log in texts["log"] else []:
            found.append("record %d" % check_record(record, identity, log, now)["seq"])
    require(texts["log"] or not texts["record"], "a record without its log")
    envelopes = [check_envelope(envelope, keys) for envelope in texts["envelope"]]
    found += ["envelope %(id)s (%(type)s)" % envelope for envelope in envelopes]
    for receipt in texts["receipt"]:
        check_receipt(receipt, keys, envelopes)
        found.append("receipt")
    for given in listed(bundle.get("canonical")):
        read(bytes.fromhex(given["hex"]) if isinstance(given, dict) else given.encode(), 2 ** 20)
        found.append("canonical")
    for given in listed(bundle.get("signed")):
        parts = [bytes.fromhex(given[name]) for name in ("publicKey", "message", "signature")]
        require(is_signed(*parts), "the signature does not hold")
        found.append("signed")
    require(found, "nothing to check")
    return found


def from_folder(folder):
    bundle = {}
    for name, file in FILES.items():
        path = os.path.join(folder, file)
        if os.path.exists(path):
            with open(path, "rb") as handle:
                text = handle.read().decode("utf-8", "surrogateescape")
            if name == "envelope":
                require(text.endswith("\n"), "envelopes.jsonl: each envelope ends with a line feed")
                text = text.split("\n")[:-1]
            bundle[name] = text
    return bundle


def main(arguments):
    if arguments == ["--each"]:
        bundles = (json.loads(line) for line in sys.stdin.buffer)
    elif arguments in ([], ["-"]):
        bundles = [json.load(sys.stdin.buffer)]
    elif len(arguments) == 1 and os.path.isdir(arguments[0]):
        bundles = [arguments[0]]
    else:
        print(__doc__, file=sys.stderr)
        return 2
    status = 0
    for bundle in bundles:
        try:
            found, refusal = check(from_folder(bundle) if isinstance(bundle, str) else bundle), None
        except Refused as error:
            found, refusal, status = [], str(error), 1
        if arguments == ["--each"]:
            print(json.dumps({"found": found, "refusal": refusal}))
        else:
            print("\n".join(found) if refusal is None else "refused: " + refusal)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
