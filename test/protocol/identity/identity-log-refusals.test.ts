// Every way in which an identity log is refused, each by its code (docs/protocol.md "Identity").
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError, LOG_BYTES_MAX, LOG_ENTRIES_MAX, LOG_ENTRY_CHARS_MAX, verifyIdentityLog } from '#protocol';
import {
  canonicalText,
  documentOf,
  forgeFirst,
  forgeNext,
  hashOf,
  logOf,
  multikey,
  type Entry,
  type Forgery,
} from './forged-log.ts';
import { assertRefused, newIdentity } from './own-log.ts';

const other = hashOf(200);

const first = forgeFirst();
const second = forgeNext(first, 2, 3);
/** A log of two entries whose second is forged. */
const withSecond = (forgery: Forgery) => logOf(first, forgeNext(first, 2, 3, forgery));
const edited = (edit: (entry: Entry) => void) => withSecond({ edit });

describe('an identity log is refused', () => {
  it('for the node id of somebody else', async () => {
    await assertRefused(logOf(first), 'identity/foreign-node', { nodeId: other });
  });

  it('when its SCID is not that of its first entry', async () => {
    const { nodeId, log } = await newIdentity();
    await assertRefused(log.replaceAll(nodeId, other), 'identity/scid');
    await assertRefused(
      logOf(forgeFirst({ edit: (entry) => (entry.parameters['scid'] = 'Qm') })),
      'identity/scid',
    );
  });

  it('when the hash chain is broken', async () => {
    const line = JSON.parse(second) as Entry;
    line.versionId = `2-${other}`;
    await assertRefused(logOf(first, canonicalText(line)), 'identity/hash-chain');
    const start = JSON.parse(first) as Entry;
    start.versionId = `1-${other}`;
    await assertRefused(logOf(canonicalText(start)), 'identity/hash-chain');
  });

  it('when an entry is missing, doubled or numbered otherwise', async () => {
    const third = forgeNext(second, 3, 4);
    for (const lines of [[first, third], [first, first], [first, second, second], [second]]) {
      await assertRefused(logOf(...lines), 'identity/version-id');
    }
    for (const versionId of [`02-${other}`, '2', `2-${other}-`, 2, null]) {
      await assertRefused(
        withSecond({ tamper: (entry) => (entry['versionId'] = versionId as string) }),
        'identity/version-id',
      );
    }
  });

  it('when time stands still, goes back, is impossible or lies in the future', async () => {
    for (const time of ['2026-01-01T00:00:00Z', '2025-12-31T23:59:59Z']) {
      await assertRefused(
        edited((entry) => (entry.versionTime = time)),
        'identity/time-order',
      );
    }
    for (const time of [
      '2026-02-30T00:00:00Z',
      '2026-01-02T00:00:00.000Z',
      '2026-01-02T00:00:00+00:00',
      '2026-01-02T24:00:00Z',
    ]) {
      await assertRefused(
        edited((entry) => (entry.versionTime = time)),
        'identity/time-form',
      );
    }
    const start = Date.parse('2026-01-01T00:00:00Z');
    await assertRefused(logOf(first), 'identity/time-future', { nowMs: start - 5 * 60_000 - 1 });
    await verifyIdentityLog(logOf(first), { nowMs: start - 5 * 60_000 });
  });

  it('when a key makes an entry that the entry before did not announce', async () => {
    await assertRefused(logOf(first, forgeNext(first, 9, 3)), 'identity/key-not-committed');
    await assertRefused(logOf(first, forgeNext(first, 1, 3)), 'identity/key-not-committed');
  });

  it('when another key signed than the entry names', async () => {
    await assertRefused(withSecond({ signer: 9 }), 'identity/signature');
    const naming = withSecond({
      signer: 9,
      tamper: ({ proof }) => {
        const [only] = proof as [{ verificationMethod: string }];
        only.verificationMethod = `did:key:${multikey(9)}#${multikey(9)}`;
      },
    });
    await assertRefused(naming, 'identity/wrong-key');
  });

  it('when an entry is not signed, or signed twice', async () => {
    await assertRefused(withSecond({ tamper: (entry) => (entry.proof = []) }), 'identity/proof-form');
    await assertRefused(withSecond({ tamper: (entry) => delete entry.proof }), 'identity/entry-form');
    await assertRefused(
      withSecond({ tamper: (entry) => (entry.proof = [...(entry.proof as []), ...(entry.proof as [])]) }),
      'identity/proof-form',
    );
    // The two together made an unsigned take-over that a lenient verifier followed.
    const takeOver = edited((entry) => (entry.parameters['updateKeys'] = []));
    await assertRefused(takeOver, 'identity/key-form');
  });

  it('when a proof has another form, purpose or time', async () => {
    const proofs: Record<string, unknown>[] = [
      { type: 'Ed25519Signature2020' },
      { cryptosuite: 'eddsa-rdfc-2022' },
      { proofPurpose: 'authentication' },
      { created: '2026-01-01T00:00:59Z' },
      { proofValue: 'u' + 'A'.repeat(86) },
      { id: 'urn:uuid:1' },
    ];
    for (const change of proofs) {
      const log = withSecond({
        tamper: ({ proof }) => Object.assign((proof as object[])[0] as object, change),
      });
      await assertRefused(log, 'identity/proof-form');
    }
  });

  it('when the signing key drops or replaces the recovery hash', async () => {
    await assertRefused(
      edited(({ parameters }) => (parameters['nextKeyHashes'] = [hashOf(3), hashOf(101)])),
      'identity/recovery-hash-changed',
    );
    await assertRefused(
      edited(({ parameters }) => (parameters['nextKeyHashes'] = [hashOf(100), hashOf(3)])),
      'identity/recovery-hash-changed',
    );
    for (const hashes of [
      [],
      [hashOf(3)],
      [hashOf(100)],
      [hashOf(3), hashOf(100), hashOf(4)],
      [hashOf(100), hashOf(100)],
      ['Qm', hashOf(100)],
    ]) {
      await assertRefused(
        edited(({ parameters }) => (parameters['nextKeyHashes'] = hashes)),
        'identity/commitments',
      );
    }
  });

  it('when a key or a commitment comes back', async () => {
    for (const used of [1, 2])
      await assertRefused(logOf(first, forgeNext(first, 2, used)), 'identity/commitment-reused');
    const byRecovery = (signing: number, next: number, recovery: number) =>
      logOf(
        first,
        forgeNext(first, 100, next, {
          edit: (entry) => {
            entry.parameters['nextKeyHashes'] = [hashOf(next), hashOf(recovery)];
            entry.state = documentOf(entry.state['id'] as string, multikey(signing));
          },
        }),
      );
    await verifyIdentityLog(byRecovery(7, 8, 101));
    await assertRefused(byRecovery(1, 8, 101), 'identity/key-reused');
    await assertRefused(byRecovery(2, 8, 101), 'identity/commitment-reused');
    await assertRefused(byRecovery(7, 2, 101), 'identity/commitment-reused');
    await assertRefused(byRecovery(7, 8, 100), 'identity/commitment-reused');
  });

  it('for a foreign or repeated method', async () => {
    for (const method of ['did:webvh:0.5', 'did:webvh:1.1', 'did:web', null]) {
      await assertRefused(
        logOf(forgeFirst({ edit: ({ parameters }) => (parameters['method'] = method) })),
        'identity/method',
      );
    }
    await assertRefused(
      edited(({ parameters }) => (parameters['method'] = 'did:webvh:1.0')),
      'identity/parameters',
    );
  });

  it('for unknown, missing or tampered parameters', async () => {
    for (const [name, value] of Object.entries({
      witness: {},
      watchers: [],
      ttl: 3600,
      deactivated: false,
      foo: 1,
      portable: false,
      scid: other,
    })) {
      await assertRefused(
        edited(({ parameters }) => (parameters[name] = value)),
        'identity/parameters',
      );
    }
    for (const [name, value] of Object.entries({ witness: {}, deactivated: true, portable: false })) {
      await assertRefused(
        logOf(forgeFirst({ edit: ({ parameters }) => (parameters[name] = value) })),
        'identity/parameters',
      );
    }
    await assertRefused(
      edited(({ parameters }) => delete parameters['nextKeyHashes']),
      'identity/parameters',
    );
    for (const keys of [[], [multikey(2), multikey(3)], ['z6Mk'], [`z6Mk${'z'.repeat(44)}`], multikey(2)]) {
      await assertRefused(
        edited(({ parameters }) => (parameters['updateKeys'] = keys)),
        'identity/key-form',
      );
    }
    const tampered = forgeNext(first, 2, 3, {
      tamper: ({ parameters }) => (parameters['nextKeyHashes'] = [hashOf(4), hashOf(100)]),
    });
    await assertRefused(logOf(first, tampered), 'identity/hash-chain');
  });

  it('for unknown members of an entry, even where no hash covers them', async () => {
    const stranger = JSON.parse(first) as Entry;
    stranger['extra'] = 'x';
    await assertRefused(logOf(canonicalText(stranger)), 'identity/entry-form');
    await assertRefused(logOf('[]'), 'identity/entry-form');
    await assertRefused(logOf('null'), 'identity/entry-form');
  });

  it('for a document that says more, less or other than the keys and the name', async () => {
    const edits: ((state: Entry['state']) => void)[] = [
      (state) => (state['service'] = []),
      (state) => delete state['authentication'],
      (state) => (state['alsoKnownAs'] = ['did:web:bank.example']),
      (state) => (state['controller'] = 'did:web:evil.example'),
      (state) =>
        (state['verificationMethod'] = [
          ...(state['verificationMethod'] as []),
          ...(state['verificationMethod'] as []),
        ]),
      (state) => (state['@context'] = []),
      (state) => (state['verificationMethod'] = {}),
      (state) => (state['id'] = 1),
    ];
    for (const edit of edits)
      await assertRefused(
        edited(({ state }) => edit(state)),
        'identity/state',
      );
    // A rotation installs the key that signs it, and no other; the recovery key never becomes the signing key.
    const installing = (n: number) => (entry: Entry) =>
      (entry.state = documentOf(entry.state['id'] as string, multikey(n)));
    await assertRefused(edited(installing(9)), 'identity/state');
    await assertRefused(
      logOf(
        forgeFirst({
          edit: (entry) => (entry.state = documentOf('did:webvh:{SCID}:node.invalid', multikey(9))),
        }),
      ),
      'identity/state',
    );
    await assertRefused(logOf(first, forgeNext(first, 100, 8)), 'identity/state');
  });

  it('for a host that is no lower-case domain name, and for a foreign DID', async () => {
    const named = (did: string) =>
      logOf(forgeFirst({ edit: (entry) => (entry.state = documentOf(did, multikey(1))) }));
    for (const host of [
      '192.0.2.1',
      'localhost',
      'Alice.example',
      'alice.example%3A443',
      'alice.example%3A0',
      'alice.example%3A70000',
      'alice_.example',
      'a..example',
      '',
      'alice.example%3a8443',
      'alice.example%3A8443%3A1',
      'élise.example',
      'alice.7',
    ]) {
      await assertRefused(named(`did:webvh:{SCID}:${host}`), 'identity/host');
    }
    for (const path of ['..', 'A', '', 'a:b:c:d:e', '%2e', 'a/b']) {
      await assertRefused(named(`did:webvh:{SCID}:alice.example:${path}`), 'identity/path');
    }
    await assertRefused(named('did:web:alice.example'), 'identity/did');
    await assertRefused(
      edited((entry) => (entry.state = documentOf(`did:webvh:${other}:node.invalid`, multikey(2)))),
      'identity/did',
    );
    await assert.rejects(newIdentity('192.0.2.1'), { code: 'identity/host' });
    await assert.rejects(newIdentity('alice.example', ['..']), { code: 'identity/path' });
  });

  it('when it is not canonical', async () => {
    const spaced = JSON.stringify(JSON.parse(first), null, 1).replaceAll('\n', ' ');
    for (const line of [spaced, '', '{', first.replace('{', '{"a":1,"a":1,'), `\ufeff${first}`]) {
      await assertRefused(logOf(line), 'identity/not-canonical');
    }
  });

  it('when it is framed otherwise than one line for each entry', async () => {
    for (const log of ['', first, `${first}\n${second}`]) await assertRefused(log, 'identity/framing');
    await assertRefused(`${first}\r\n`, 'identity/not-canonical');
    await assertRefused(`${first}\n\n`, 'identity/not-canonical');
  });

  it('above the limits on entries and bytes, before anything is verified', async () => {
    await assertRefused('x'.repeat(LOG_BYTES_MAX + 1), 'identity/log-too-large');
    await assertRefused('x\n'.repeat(LOG_ENTRIES_MAX + 1), 'identity/too-many-entries');
    await assertRefused(`${'x'.repeat(LOG_ENTRY_CHARS_MAX + 1)}\n`, 'identity/entry-too-large');
  });

  it('after any change of a single character', async () => {
    const log = logOf(first, second);
    for (let i = 0; i < log.length; i += 7) {
      const changed = log.slice(0, i) + (log[i] === 'a' ? 'b' : 'a') + log.slice(i + 1);
      await assert.rejects(
        verifyIdentityLog(changed),
        (error) => error instanceof AppError && error.code.startsWith('identity/'),
        `at ${i}`,
      );
    }
  });
});
