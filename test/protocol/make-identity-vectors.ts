// Writes protocol/vectors/{identity,record,kit,names}.json. Run it by hand when a case is added; a published vector is
// never changed, only joined by others. Tests read the committed files and never call this.
// `node_modules/.bin/node test/protocol/make-identity-vectors.ts`
import { writeFileSync } from 'node:fs';
import {
  AppError,
  type Json,
  cleanDisplayName,
  compareLogs,
  createIdentity,
  deactivateIdentity,
  fingerprint,
  formatIdentityCode,
  formatKitCode,
  fromUtf8,
  parseKitCode,
  parseNewUsername,
  parseRecord,
  recoveryWords,
  renameIdentity,
  rotateIdentity,
  seedFromWords,
  signRecord,
  signingKeyFromSeed,
  toBase64Url,
  toHex,
  usernameSkeleton,
  utf8,
  verifyIdentityLog,
  verifyRecord,
} from '#protocol';
import {
  documentOf,
  forgeFirst,
  forgeNext,
  hashOf,
  logOf,
  multikey,
  type Entry,
} from './identity/forged-log.ts';

const key = (n: number) => signingKeyFromSeed(new Uint8Array(32).fill(n));
const created = '2026-01-01T00:00:00.000Z';
const nowMs = Date.parse('2026-01-01T12:00:00.000Z');
const next = (by: number, following: number) => ({
  by: key(by),
  nextSigningPublicKey: key(following).publicKey,
  created,
});

/** What a call gives, or the code with which it refuses. */
async function outcome(call: () => unknown): Promise<{ readonly result: Json } | { readonly code: string }> {
  try {
    return { result: ((await call()) ?? true) as Json };
  } catch (error) {
    if (error instanceof AppError) return { code: error.code };
    throw error;
  }
}

function write(name: string, about: string, content: { [member: string]: Json }): void {
  const path = new URL(`../../protocol/vectors/${name}.json`, import.meta.url);
  writeFileSync(path, `${JSON.stringify({ about, version: '1.0', ...content }, null, 2)}\n`);
}

async function identityOf(log: string): Promise<Json> {
  const identity = await verifyIdentityLog(log);
  return {
    node_id: identity.nodeId,
    did: identity.did,
    dids: [...identity.dids],
    head: identity.head,
    signing_public_key: toHex(identity.signingPublicKey),
    keys: identity.keys.map(({ publicKey, fromEntry, toEntry }) => [toHex(publicKey), fromEntry, toEntry]),
    next_key_hashes: [...identity.nextKeyHashes],
    deactivated: identity.deactivated,
    by: identity.history.map(({ by }) => by),
  };
}

const { nodeId, log: one } = await createIdentity({
  signingKey: key(1),
  nextSigningPublicKey: key(2).publicKey,
  recoveryPublicKey: key(100).publicKey,
  created,
});
const rotated = await rotateIdentity(one, next(2, 3));
const renamed = await renameIdentity(rotated, {
  ...next(3, 4),
  host: 'alice.example:8443',
  path: ['n', 'alice'],
});
const closed = await deactivateIdentity(one, next(2, 66));
const thiefs = await rotateIdentity(one, next(2, 66));
const recovery = { signingPublicKey: key(7).publicKey, recoveryPublicKey: key(101).publicKey };
const recovered = await rotateIdentity(one, { ...next(100, 8), ...recovery });
const lines = (log: string) => log.trimEnd().split('\n');
const valid = { one, rotated, renamed, closed, recovered };
const first = forgeFirst();
const edited = (edit: (entry: Entry) => void, by = 2) => logOf(first, forgeNext(first, by, 3, { edit }));
const invalidLogs = {
  empty: '',
  'without a final line feed': one.slice(0, -1),
  'with a carriage return': one.replace('\n', '\r\n'),
  'an entry twice': one + one,
  'entries in another order': `${lines(rotated).toReversed().join('\n')}\n`,
  'white space': one.replace(',', ', '),
  'another SCID': one.replaceAll(nodeId, `Qmc${nodeId.slice(3)}`),
  'another entry hash': rotated.replace(/"2-Qm./, '"2-QmY'),
  'without proof': rotated.replace(/"proof":\[[^\]]*\]/g, '"proof":[]'),
  'another signature': one.replace(/"proofValue":"z..../, '"proofValue":"z2222'),
  'another method': one.replace('did:webvh:1.0', 'did:webvh:0.5'),
  'an unknown parameter': one.replace('"updateKeys"', '"ttl":60,"updateKeys"'),
  'an unknown member': one.replace('{"parameters"', '{"extra":1,"parameters"'),
  'an entry after deactivation': closed + `${lines(renamed)[2] as string}\n`,
  'signed by another key than it names': logOf(first, forgeNext(first, 2, 3, { signer: 9 })),
  'a key that was not announced': logOf(first, forgeNext(first, 9, 3)),
  'the key of the entry before': logOf(first, forgeNext(first, 1, 3)),
  'no update key and no proof': logOf(
    first,
    forgeNext(first, 2, 3, {
      edit: (entry) => (entry.parameters['updateKeys'] = []),
      tamper: (entry) => (entry.proof = []),
    }),
  ),
  'recovery hash replaced by the signing key': edited(
    ({ parameters }) => (parameters['nextKeyHashes'] = [hashOf(3), hashOf(101)]),
  ),
  'recovery hash dropped by the signing key': edited(
    ({ parameters }) => (parameters['nextKeyHashes'] = [hashOf(3)]),
  ),
  'hashes in the other order': edited(
    ({ parameters }) => (parameters['nextKeyHashes'] = [hashOf(100), hashOf(3)]),
  ),
  'a commitment that comes back': logOf(first, forgeNext(first, 2, 1)),
  'the recovery key as signing key': edited(
    ({ parameters }) => (parameters['nextKeyHashes'] = [hashOf(3), hashOf(101)]),
    100,
  ),
  'time that stands still': edited((entry) => (entry.versionTime = '2026-01-01T00:00:00Z')),
  'time with milliseconds': edited((entry) => (entry.versionTime = '2026-01-02T00:00:00.000Z')),
  'a witness parameter': edited(({ parameters }) => (parameters['witness'] = {})),
  'a service in the document': edited(({ state }) => (state['service'] = [])),
  'an IP address as host': logOf(
    forgeFirst({ edit: (entry) => (entry.state = documentOf('did:webvh:{SCID}:192.0.2.1', multikey(1))) }),
  ),
  'an entry of another branch': `${lines(one)[0] as string}\n${lines(renamed)[2] as string}\n`,
};
write(
  'identity',
  'Identity logs: what a valid one says, why an invalid one is refused, and which of two is followed.',
  {
    seeds: 'The key n has the seed of 32 bytes n. Signing keys 1, 2, 3 ..., recovery keys 100 and 101.',
    valid: await Promise.all(
      Object.entries(valid).map(async ([name, log]) => ({ name, log, result: await identityOf(log) })),
    ),
    invalid: await Promise.all(
      Object.entries(invalidLogs).map(async ([name, log]) => ({
        name,
        log,
        ...(await outcome(() => identityOf(log))),
      })),
    ),
    compare: await Promise.all(
      (
        [
          [one, one],
          [one, rotated],
          [rotated, one],
          [rotated, thiefs],
          [thiefs, recovered],
          [closed, recovered],
          [recovered, thiefs],
        ] as const
      ).map(async ([pinned, offered]) => ({ pinned, offered, result: await compareLogs(pinned, offered) })),
    ),
  },
);

const fields = {
  node_id: nodeId,
  seq: nowMs,
  log_head: (await verifyIdentityLog(one)).head,
  log: one,
  server_urls: ['https://alice.example'],
  multiaddrs: ['/dns4/alice.example/tcp/7702'],
  sealing_key: toBase64Url(new Uint8Array(32).fill(3)),
  transport_key: toBase64Url(key(4).publicKey),
  username: 'alice',
  expires: '2026-01-03T12:00:00.000Z',
};
const good = fromUtf8(signRecord(fields, key(1)));
const records = {
  valid: good,
  'mailbox only, without username': fromUtf8(
    signRecord({ ...fields, server_urls: [], username: '' }, key(1)),
  ),
  'by another key': fromUtf8(signRecord(fields, key(2))),
  'altered after signing': good.replace('"alice"', '"alicf"'),
  expired: fromUtf8(signRecord({ ...fields, expires: '2026-01-01T12:00:00.000Z' }, key(1))),
  'valid too long': fromUtf8(signRecord({ ...fields, expires: '2026-01-04T12:00:00.000Z' }, key(1))),
  'under another head': fromUtf8(signRecord({ ...fields, log_head: `2-${nodeId}` }, key(1))),
  'with credentials in a URL': good.replace('https://alice', 'https://a:b@alice'),
  'with a slash at the end of a URL': good.replace('alice.example"', 'alice.example/"'),
  'with an octal address': good.replace('https://alice.example', 'http://0177.0.0.1'),
  'with an unknown member': good.replace('{', '{"a":1,'),
  'with white space': good.replace(',', ', '),
};
write('record', 'Node records, verified at `now` against the identity log `log`.', {
  now: new Date(nowMs).toISOString(),
  log: one,
  cases: await Promise.all(
    Object.entries(records).map(async ([name, record]) => {
      const verified = async () =>
        verifyRecord(parseRecord(utf8(record)), await verifyIdentityLog(one), { nowMs });
      return { name, record, ...(await outcome(verified)) };
    }),
  ),
});

const seeds = [0, 1, 7, 255].map((n) => new Uint8Array(32).fill(n));
const french = recoveryWords(seeds[2] as Uint8Array, 'fr').join(' ');
const typed = {
  French: french,
  'French in upper case': french.toUpperCase(),
  'French without accents': french.normalize('NFD').replace(/\p{M}/gu, ''),
  '23 words': french.split(' ').slice(1).join(' '),
  'an unknown word': french.replace(/^\S+/, 'ordinateurs'),
  'two words swapped': french.replace(/^(\S+) (\S+)/, '$2 $1'),
};
const code = formatKitCode(nodeId, seeds[2] as Uint8Array);
write('kit', 'Recovery words, kit codes and fingerprints.', {
  words: seeds.map((seed) => ({
    seed: toHex(seed),
    recovery_public_key: toHex(signingKeyFromSeed(seed).publicKey),
    en: recoveryWords(seed, 'en'),
    fr: recoveryWords(seed, 'fr'),
  })),
  typed: await Promise.all(
    Object.entries(typed).map(async ([name, text]) => ({
      name,
      text,
      ...(await outcome(() => toHex(seedFromWords(text)))),
    })),
  ),
  codes: await Promise.all(
    [code, code.slice(0, -1), code.replace(':1:', ':2:'), code.replace('Qm', 'Qn')].map(async (text) => ({
      text,
      ...(await outcome(() => toHex(parseKitCode(text).seed))),
    })),
  ),
  fingerprints: [1, 2].map((n) => {
    const { words, hex } = fingerprint(nodeId, key(n).publicKey, 'en');
    const translated = fingerprint(nodeId, key(n).publicKey, 'fr').words;
    return {
      node_id: nodeId,
      signing_public_key: toHex(key(n).publicKey),
      en: [...words],
      fr: [...translated],
      hex: [...hex],
      identity_code: formatIdentityCode(nodeId, key(n).publicKey),
    };
  }),
});

const usernames = [
  'alice',
  'aminata-22',
  'a_b',
  'ab',
  '-ab',
  'Alice',
  'élise',
  'аlice',
  'adm1n',
  'a'.repeat(33),
];
const skeletons = [
  'alice',
  'A1ICE',
  'modern',
  'modem',
  'vvilliam',
  'anne-marie',
  'b0b',
  'ami2345',
  'ami6789',
];
const displayNames = [
  '  Élise \n B.',
  'E\u0301lise',
  'محمد',
  '👩🏾‍🚀',
  'bob\u202enimda',
  'b\u200bb',
  `a${'\u0316'.repeat(5)}`,
  'a'.repeat(65),
  ' ',
];
write('names', 'Usernames that may be chosen, skeletons, and display names after cleaning.', {
  usernames: await Promise.all(
    usernames.map(async (text) => ({ text, ...(await outcome(() => parseNewUsername(text))) })),
  ),
  skeletons: skeletons.map((text) => ({ text, result: usernameSkeleton(text) })),
  display_names: await Promise.all(
    displayNames.map(async (text) => ({ text, ...(await outcome(() => cleanDisplayName(text))) })),
  ),
});
