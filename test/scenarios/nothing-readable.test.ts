// What lies on the disk of a node or a registry tells nothing: no text, no file, no key, in any usual form. The same
// things are found at once by a tool that holds the key, so that the search is known to work. The one exception is
// keys/master.key, which is the key: it is found there, and only there.
import { eventually } from '#kit';
import { openKeyring } from '#kernel/keyring.ts';
import { createReport, listMessages, sendMessage } from '#node/conversations/api.ts';
import { createClient } from '#node/edge/cli/client.ts';
import { getStatus } from '#node/edge/http/api.ts';
import { socketPathOf } from '#node/edge/run/paths.ts';
import { listOutbox } from '#node/federation/api.ts';
import { showKitRoute } from '#node/identity/api.ts';
import { claimRoute } from '#node/identity/sessions/api.ts';
import { readMedia, uploadMedia } from '#node/media/api.ts';
import { changeProfile } from '#node/people/api.ts';
import { createPost, editPost, react, readFeed, readThread } from '#node/posts/api.ts';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { findForm } from './byte-search.ts';
import { openNode, type OpenedNode } from './opened-node.ts';
import { befriend, filesOf, makeVillage, type Person, type Village } from './village.ts';

const picture = join(import.meta.dirname, '..', '..', 'scripts', 'demo', 'hills.jpg');

/** What may nowhere be read, and at whom the tool must find it. */
interface Hidden {
  readonly what: string;
  readonly bytes: string | Uint8Array;
  readonly keptBy: readonly ('alice' | 'bob')[];
  /** The same between the nodes: what is sealed end to end, or never leaves. */
  readonly offTheWire?: boolean;
}

const clientOf = ({ dataDir }: Person) =>
  createClient({ socketPath: () => socketPathOf(dataDir), language: 'en' });

async function download({ dataDir }: Person, path: string): Promise<Buffer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ socketPath: socketPathOf(dataDir), path, headers: { host: 'localhost' } }, resolve)
      .once('error', reject)
      .end();
  });
  assert.equal(answer.statusCode, 200);
  return buffer(answer);
}

/** Pieces of a file from its beginning, middle and end. */
function piecesOf(what: string, bytes: Buffer, keptBy: Hidden['keptBy']): Hidden[] {
  return [0.1, 0.5, 0.9].map((part) => {
    const from = Math.floor(bytes.length * part);
    return { what: `${what} from byte ${from}`, bytes: bytes.subarray(from, from + 48), keptBy };
  });
}

async function writePosts(alice: Person, bob: Person): Promise<Hidden[]> {
  const [ofAlice, ofBob] = [clientOf(alice), clientOf(bob)];
  const photo = await ofAlice.upload(uploadMedia, picture, {
    name: 'colline-secrète-quokka.jpg',
    alt: 'Une colline que personne ne connaît',
  });
  const texts = {
    public: 'Öffentlich gesagt : le marché ouvre à sept heures, xylotarte',
    friends: 'Pour les amis : la clé est sous le pot de géraniums, ornithorynque',
    private: 'Pour moi seule : je n’aime pas du tout la confiture de coings, zeuglodonte',
  };
  const uris = await Promise.all(
    (['public', 'friends', 'private'] as const).map(async (visibility) => {
      const media = visibility === 'friends' ? [photo.id] : [];
      const body = { text: texts[visibility], visibility, media };
      return (await ofAlice.call(createPost, { body })).uri;
    }),
  );
  await eventually('bob has both posts', async () => {
    const { items } = await ofBob.call(readFeed, { query: {} });
    return items.filter(({ state }) => state === 'here').length === 2;
  });
  const bytes = await download(alice, readMedia.path.replace(':id', photo.id));
  const seen = await download(bob, `/api/v1/posts/${encodeURIComponent(uris[1] ?? '')}/media/0`);
  assert.ok(bytes.equals(seen), 'bob sees the picture');
  const answer = 'Ma réponse à tes amis : je prends les géraniums, basilosaure';
  await ofBob.call(createPost, { body: { text: answer, reply_to: uris[1] ?? '' } });
  await ofBob.call(react, { params: { id: uris[0] ?? '' }, body: { value: '🦔🦔' } });
  const edited = 'Pour moi seule, corrigé : vraiment pas du tout, leptoptilos';
  await ofAlice.call(editPost, { params: { id: uris[2] ?? '' }, body: { text: edited } });
  const both = ['alice', 'bob'] as const;
  await eventually('alice has the answer', async () => {
    const thread = await ofAlice.call(readThread, { params: { id: uris[1] ?? '' } });
    return thread.replies.some(({ text }) => text === answer);
  });
  return [
    { what: 'the public post', bytes: texts.public, keptBy: both },
    { what: 'the post for friends', bytes: texts.friends, keptBy: both },
    { what: 'the private post, before it was edited', bytes: texts.private, keptBy: [], offTheWire: true },
    { what: 'the private post', bytes: edited, keptBy: ['alice'], offTheWire: true },
    { what: 'the answer', bytes: answer, keptBy: both },
    { what: "the picture's name", bytes: 'colline-secrète-quokka.jpg', keptBy: both },
    { what: "the picture's description", bytes: 'Une colline que personne ne connaît', keptBy: both },
    ...piecesOf('the picture', bytes, both),
  ];
}

async function writeMessages(alice: Person, bob: Person, folder: string): Promise<Hidden[]> {
  const [ofAlice, ofBob] = [clientOf(alice), clientOf(bob)];
  const there = 'De moi à toi : rendez-vous au phare, mégalosaure';
  const back = 'De toi à moi : j’apporte les crêpes, ptérodactyle';
  const later = 'Pendant ton absence : le phare est fermé, ichtyosaure';
  const reason = 'Il m’a écrit des choses désagréables, dimétrodon';
  const bio = 'Je collectionne les horloges arrêtées, plésiosaure';
  const plan = randomBytes(100_000);
  writeFileSync(join(folder, 'plan.bin'), plan);
  const file = await ofAlice.upload(uploadMedia, join(folder, 'plan.bin'), { name: 'plan-du-phare.bin' });
  const { id } = await ofAlice.call(sendMessage, { body: { who: 'bob', text: there, files: [file.id] } });
  await ofBob.call(sendMessage, { body: { who: 'alice', text: back } });
  const shown = async (of: typeof ofBob, text: string): Promise<boolean> =>
    (await of.call(listMessages, { query: {} })).items.some((message) => message.text === text);
  await eventually(
    'both messages have come',
    async () => (await shown(ofBob, there)) && shown(ofAlice, back),
  );
  const fetched = await download(bob, `/api/v1/messages/${alice.nodeId}/${id}/files/0`);
  assert.ok(fetched.equals(plan), 'bob has the file');
  await ofBob.call(createReport, { body: { about: 'alice', reason } });
  await ofAlice.call(changeProfile, { body: { bio } });

  // One message goes through the registry's mailbox.
  await bob.stop();
  await ofAlice.call(sendMessage, { body: { who: 'bob', text: later } });
  await eventually('the last message lies in the mailbox', async () => {
    return (await ofAlice.call(listOutbox, { query: { state: 'relayed' } })).items.length > 0;
  });
  const both = ['alice', 'bob'] as const;
  return [
    { what: 'a message', bytes: there, keptBy: both, offTheWire: true },
    { what: 'an answer', bytes: back, keptBy: both, offTheWire: true },
    { what: 'a message in the mailbox', bytes: later, keptBy: ['alice'], offTheWire: true },
    { what: 'the name of a file', bytes: 'plan-du-phare.bin', keptBy: both, offTheWire: true },
    ...piecesOf('a file of a message', plan, both).map((piece) => ({ ...piece, offTheWire: true })),
    { what: 'a report', bytes: reason, keptBy: ['bob'], offTheWire: true },
    { what: 'the biography', bytes: bio, keptBy: ['alice'] },
  ];
}

/** What the owner's browser would get: the passphrase, tokens, the words of the kit. Never kept as they are. */
async function signIn(person: Person): Promise<Hidden[]> {
  const { call } = clientOf(person);
  const { claim_url } = await call(getStatus, {});
  const token = String(claim_url).split('#claim=')[1] ?? '';
  const passphrase = 'le tapir dort sous la véranda';
  const body = { token, passphrase, name: 'Téléphone', mode: 'bearer' } as const;
  const grant = await call(claimRoute, { body });
  const kit = await call(showKitRoute, { body: { language: 'fr' } });
  const never = { keptBy: [], offTheWire: true };
  const of = `${person.name}'s`;
  return [
    { what: `${of} claim token`, bytes: token, ...never },
    { what: `${of} passphrase`, bytes: passphrase, ...never },
    { what: `${of} access token`, bytes: grant.access_token ?? '', ...never },
    { what: `${of} refresh token`, bytes: grant.refresh_token ?? '', ...never },
    { what: `${of} kit, in words`, bytes: kit.words.join(' '), ...never },
    { what: `${of} kit`, bytes: kit.code, ...never },
  ];
}

function keysOf(name: 'alice' | 'bob', dataDir: string, opened: OpenedNode): Hidden[] {
  const keyring = openKeyring({ dataDir });
  const names = [...opened.secrets.keys()];
  for (const kind of ['signing', 'next-signing', 'recovery', 'transport', 'sealing/']) {
    assert.ok(
      names.some((secret) => secret.startsWith(`identity/${kind}`)),
      `the vault keeps ${kind}`,
    );
  }
  const hiddenKeys = (
    keys: readonly (readonly [string, Uint8Array])[],
    more: Pick<Hidden, 'keptBy' | 'offTheWire'>,
  ): Hidden[] => keys.map(([what, bytes]) => ({ what: `${name}'s ${what}`, bytes, ...more }));
  const purposes = ['db', 'vault/secrets', 'identity/access-tokens'];
  return [
    ...hiddenKeys([...opened.secrets], { keptBy: [name], offTheWire: true }),
    ...hiddenKeys(
      opened.blobKeys.map((key) => ['key of a blob', key]),
      { keptBy: [name] },
    ),
    // Made anew from the master key at each start, and kept by nobody.
    ...hiddenKeys(
      purposes.map((purpose) => [`key for ${purpose}`, keyring.derive(purpose)]),
      { keptBy: [], offTheWire: true },
    ),
  ];
}

interface Place {
  readonly path: string;
  readonly bytes: Buffer;
}

function placesOf(village: Village, people: readonly Person[]): Place[] {
  const all = [village.registry, ...people].flatMap(({ dataDir }) => filesOf(dataDir));
  return all.filter(({ path }) => !path.endsWith('/keys/master.key'));
}

function refuseFindings(hidden: readonly Hidden[], places: readonly Place[]): void {
  for (const { what, bytes } of hidden) {
    assert.ok(bytes.length >= 8, `${what} is long enough to be looked for`);
    for (const place of places) {
      assert.equal(findForm(place.bytes, bytes), undefined, `${place.path} holds ${what}`);
    }
  }
}

test('strings over the data of nodes and registry find nothing that the key opens', async () => {
  await using village = await makeVillage();
  const [alice, bob] = await Promise.all([village.settle('alice'), village.settle('bob')]);
  await befriend(alice, bob);
  const hidden = [
    // Until somebody has claimed it, the one-time link stands in run/claim.json for the owner to read.
    ...(await signIn(alice)),
    ...(await signIn(bob)),
    ...(await writePosts(alice, bob)),
    ...(await writeMessages(alice, bob, join(alice.dataDir, '..'))),
  ];

  const live = placesOf(village, [alice, bob]);
  assert.ok(
    live.some(({ path, bytes }) => path.endsWith('-wal') && bytes.length > 0),
    'the journal of a running node is looked at too',
  );
  assert.ok(
    live.some(({ path }) => path.startsWith(village.registry.dataDir)),
    'the registry has files',
  );
  await alice.stop();

  const opened = { alice: await openNode(alice.dataDir), bob: await openNode(bob.dataDir) };
  for (const name of ['alice', 'bob'] as const) {
    const person = name === 'alice' ? alice : bob;
    hidden.push(...keysOf(name, person.dataDir, opened[name]));
    const { cells, secrets, blobs, blobKeys } = opened[name];
    const whole = Buffer.concat([cells, ...secrets.values(), ...blobs, ...blobKeys]);
    for (const { what, bytes, keptBy } of hidden) {
      if (keptBy.includes(name)) assert.ok(findForm(whole, bytes), `with the key, ${name} has ${what}`);
    }
  }

  refuseFindings(hidden, [...live, ...placesOf(village, [alice, bob])]);
  refuseFindings(
    hidden.filter(({ offTheWire }) => offTheWire === true),
    [{ path: 'the wire', bytes: village.wire() }],
  );
  assert.ok(village.wire().includes('/api/v1/messages/route'), 'the wire to the mailbox was listened to');

  // The exception, stated: a key file is the key.
  for (const { dataDir } of [alice, bob]) {
    const everything = filesOf(dataDir);
    const file = everything.find(({ path }) => path.endsWith('/keys/master.key'));
    const master = Buffer.from(file?.bytes.toString() ?? '', 'base64');
    assert.equal(master.length, 32);
    const holders = everything.filter(({ bytes }) => findForm(bytes, master) !== undefined);
    assert.deepEqual(holders, [file]);
  }
});
