// Our logs are did:webvh 1.0: the library of the method's authors reads every one of them alike, and what it refuses
// we refuse. Ours is a strict profile (docs/adr/0004-identity-log.md): what it refuses beyond that stands here too.
import assert from 'node:assert/strict';
import { resolveDIDFromLog } from 'didwebvh-ts';
import { it } from 'node:test';
import {
  createIdentity,
  deactivateIdentity,
  publicKeyToMultibase,
  renameIdentity,
  rotateIdentity,
  verify,
  verifyIdentityLog,
} from '#protocol';
import {
  canonicalText,
  documentOf,
  forgeFirst,
  forgeNext,
  hashOf,
  key,
  logOf,
  multikey,
  type Entry,
} from './forged-log.ts';

const created = '2026-01-01T00:00:00.000Z';
const verifier = {
  verify: (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) =>
    verify(publicKey, message, signature),
};
interface Resolution {
  readonly did: string;
  readonly doc: { readonly verificationMethod?: readonly { readonly publicKeyMultibase?: string }[] } | null;
  readonly meta: Readonly<Record<string, unknown>>;
}

// The library's own declarations name files without extension and do not resolve under NodeNext.
const resolveLog = resolveDIDFromLog as (
  log: unknown[],
  options: { verifier: typeof verifier },
) => Promise<Resolution>;

function resolve(log: string): Promise<Resolution> {
  const entries = log.trim().split('\n');
  return resolveLog(
    entries.map((line) => JSON.parse(line) as unknown),
    { verifier },
  );
}

async function everyKindOfLog(): Promise<string[]> {
  const next = (n: number) => ({ by: key(n), nextSigningPublicKey: key(n + 1).publicKey, created });
  const { log } = await createIdentity({
    signingKey: key(1),
    nextSigningPublicKey: key(2).publicKey,
    recoveryPublicKey: key(100).publicKey,
    created,
  });
  const rotated = await rotateIdentity(log, next(2));
  const moved = await renameIdentity(rotated, {
    ...next(3),
    host: 'alice.example:8443',
    path: ['n', 'alice'],
  });
  const back = await renameIdentity(moved, { ...next(4), host: 'node.invalid' });
  const keys = { signingPublicKey: key(7).publicKey, recoveryPublicKey: key(101).publicKey };
  const recovered = await rotateIdentity(back, {
    ...next(100),
    nextSigningPublicKey: key(8).publicKey,
    ...keys,
  });
  return [log, rotated, moved, back, recovered, await deactivateIdentity(recovered, next(8))];
}

it('the library reads our logs, with the same DID, keys, commitments and state', async () => {
  for (const log of await everyKindOfLog()) {
    const ours = await verifyIdentityLog(log);
    const { did, doc, meta } = await resolve(log);
    assert.deepEqual(
      [
        did,
        meta['scid'],
        meta['versionId'],
        meta['deactivated'],
        meta['nextKeyHashes'],
        meta['created'],
        meta['updated'],
      ],
      [ours.did, ours.nodeId, ours.head, ours.deactivated, ours.nextKeyHashes, ours.created, ours.updated],
    );
    assert.equal(meta['portable'], true);
    if (!ours.deactivated) {
      assert.equal(
        doc?.verificationMethod?.[0]?.publicKeyMultibase,
        publicKeyToMultibase(ours.signingPublicKey),
      );
    }
  }
});

it('what the library refuses, we refuse: each value of a log changed in turn', async () => {
  const log = (await everyKindOfLog()).at(3) ?? '';
  const lines = log.trim().split('\n');
  let refusedByBoth = 0;
  for (const [position, line] of lines.entries()) {
    for (const match of line.matchAll(/[1-9A-Za-z](?=[1-9A-Za-z]{3})/g)) {
      if (match.index % 13 !== 0) continue;
      const changed =
        line.slice(0, match.index) + (match[0] === 'k' ? 'm' : 'k') + line.slice(match.index + 1);
      const altered = logOf(...lines.with(position, changed));
      const library = await resolve(altered).then(
        () => 'accepts',
        () => 'refuses',
      );
      await assert.rejects(verifyIdentityLog(altered), `${library} ${changed}`);
      if (library === 'refuses') refusedByBoth += 1;
    }
  }
  assert.ok(refusedByBoth > 200, `${refusedByBoth}`);
});

it('we refuse an entry that no authorised key has proven', async () => {
  const first = forgeFirst();
  const withoutKey = forgeNext(first, 66, 67, {
    edit: (entry) => {
      entry.parameters = { updateKeys: [], nextKeyHashes: [hashOf(67)] };
      entry.state = documentOf(entry.state['id'] as string, multikey(66));
    },
    tamper: (entry) => (entry.proof = []),
  });
  await assert.rejects(verifyIdentityLog(logOf(first, withoutKey)), { code: 'identity/key-form' });
  const withoutProof = forgeNext(first, 2, 3, { tamper: (entry) => (entry.proof = []) });
  await assert.rejects(verifyIdentityLog(logOf(first, withoutProof)), { code: 'identity/proof-form' });
});

it('we refuse a first versionId that is not its hash, and a member that nothing covers', async () => {
  for (const [change, code] of [
    [{ versionId: '1-x' }, 'identity/version-id'],
    [{ versionId: `1-${hashOf(9)}` }, 'identity/hash-chain'],
    [{ extra: 1 }, 'identity/entry-form'],
  ] as const) {
    const entry = { ...(JSON.parse(forgeFirst()) as Entry), ...change };
    await assert.rejects(verifyIdentityLog(logOf(canonicalText(entry))), { code });
  }
});
