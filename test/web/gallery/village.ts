// The village of the pictures: Awa at home on her own node, with friends who write, somebody who asks, a stranger who
// writes, somebody blocked, a friend who is away, and what she brought along from elsewhere. Names, words, keys and dates
// are the same each time (staging.ts); the pictures are those of scripts/demo/.
import {
  claimNode,
  eventually,
  makeNode,
  makeRegistry,
  signIn,
  temporaryFolder,
  type Owner,
  type TestNode,
} from '#kit';

import { discovery } from '#node/discovery/index.ts';
import { uploadMedia } from '#node/media/api.ts';
import * as people from '#node/people/api.ts';
import * as portability from '#node/portability/api.ts';
import * as posts from '#node/posts/api.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { befriend, read, requests, say } from '../../conversations/rig.ts';
import { note, outbox, zip } from '../../portability/import/archives.ts';
import { reads } from '../../posts/friends-rig.ts';
import { stagedClock, stagedRandom, type StagedClock } from './staging.ts';

/** Where the village listens: addresses are on pictures too. */
const REGISTRY_PORT = 7720;
const MADE_AT = '2026-06-14T09:00:00Z';
/** The moment of all pictures. */
export const NOW = '2026-06-20T19:04:00Z';

const demo = new URL('../../../scripts/demo/', import.meta.url).pathname;
const RIVER = 'Le fleuve ce soir à Saint-Louis, depuis le pont Faidherbe. On ne s’en lasse pas.';
const NODE_OF_ONE = 'Première semaine avec mon propre nœud : tout est chez moi, et ça tient dans un placard.';
const WALK = 'Walked the Pennine Way as far as Malham. Knees complain, eyes do not.';
const CLOTH_AT_FIRST = 'Nouveau tissu arrivé au marché Sandaga.';
const CLOTH = 'Nouveau tissu arrivé au marché Sandaga, je garde trois coupons pour celles qui lisent ceci.';

export interface Village extends AsyncDisposable {
  readonly clock: StagedClock;
  readonly awa: TestNode;
  readonly owner: Owner;
  readonly lea: TestNode;
  /** A stranger who wrote to her and asks to be her friend. */
  readonly ines: TestNode;
  /** Her friend who is away. */
  readonly tom: TestNode;
  /** Awa's post with answers and reactions. */
  readonly post: string;
  /** Her post that she changed. */
  readonly changed: string;
  /** Nobody here knows him yet. */
  readonly kofi: TestNode;
}

/** People of the village, none of whom has done anything yet. */
export interface Settlers extends AsyncDisposable {
  readonly clock: StagedClock;
  /** Makes a registered node; without a display name, one that nobody has opened yet. */
  settle(name: string, language: 'en' | 'fr', displayName?: string): Promise<TestNode>;
}

/** A registry on the staged clock, and room for nodes. */
export async function settlers(): Promise<Settlers> {
  await using stack = new AsyncDisposableStack();
  const clock = stagedClock();
  clock.set(MADE_AT);
  const registry = stack.use(await makeRegistry({ clock, port: REGISTRY_PORT }));
  const kept = stack.move();
  let port = REGISTRY_PORT;
  return {
    clock,
    async settle(name, language, displayName) {
      port += 1;
      // An identity carries the moment when it was made.
      clock.hold(MADE_AT);
      const random = stagedRandom(name);
      const node = kept.use(await makeNode({ name, registry: registry.url, clock, random, port, language }));
      clock.set(MADE_AT);
      await eventually(`${name} is registered`, () => node.door(discovery).registered());
      if (displayName !== undefined)
        await node.call(people.changeProfile, { body: { display_name: displayName, language } });
      return node;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

export async function openVillage(): Promise<Village> {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(await settlers());
  const { clock } = place;
  const folder = stack.use(temporaryFolder()).path;
  const awa = await place.settle('awa', 'fr', 'Awa Ndiaye');
  const lea = await place.settle('lea', 'fr', 'Léa Moreau');
  const tom = await place.settle('tom', 'en', 'Tom Fletcher');
  const ines = await place.settle('ines', 'fr', 'Inès Belkacem');
  const promo = await place.settle('promo', 'fr', 'Super Promos 24');
  const kofi = await place.settle('kofi', 'fr', 'Kofi Mensah');
  const owner = await claimNode(awa);
  await nameDevice(owner, 'L’ordinateur du salon');
  await bringAlong(awa, folder);
  await befriend(awa, tom);
  await befriend(lea, awa);
  await introduce(folder, awa, 'cloth.jpg', 'Tissus et couture, à Saint-Louis du Sénégal.');
  await introduce(folder, tom, 'hills.jpg', 'Walks, and sketches of walks.');
  await introduce(folder, lea, undefined, 'Libraire à Lyon.');
  await portraitsOf(owner, [tom]);
  await awa.call(people.changeBond, { params: { action: 'block' }, body: { who: promo.name } });

  const { river: post, cloth: changed } = await spendWeek({ clock, awa, lea, tom });
  const walk = await reads(awa, WALK);
  // Pictures of friends come when they are first looked at, in each size, while those who made them are there.
  const looks = await signIn(awa);
  for (const size of ['full', 'view', 'thumbnail']) {
    const path = `/api/v1/posts/${encodeURIComponent(walk.uri)}/media/0?size=${size}`;
    await eventually(`the picture is here, ${size}`, async () => (await looks.fetch(path)).ok);
  }
  await looks.fetch(`/api/v1/sessions/${looks.sessionId}`, { method: 'DELETE' });
  await spendEvening({ clock, awa, lea, tom, ines });
  await awa.call(people.createInvite, { body: { note: 'Aminata', uses: 5 } });
  clock.set(NOW);
  const kept = stack.move();
  return {
    clock,
    awa,
    owner,
    lea,
    ines,
    kofi,
    tom,
    post,
    changed,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function introduce(
  folder: string,
  node: TestNode,
  picture: string | undefined,
  bio: string,
): Promise<void> {
  if (picture === undefined) {
    await node.call(people.changeProfile, { body: { bio } });
    return;
  }
  const square = join(folder, `${node.name}.jpg`);
  await sharp(join(demo, picture)).resize(400, 400).jpeg().toFile(square);
  const { id } = await node.upload(uploadMedia, square, {});
  await node.call(people.changeProfile, { body: { bio, avatar: id } });
}

/** Portraits come when they are first looked at, while those whom they show are there. */
async function portraitsOf(owner: Owner, friends: readonly TestNode[]): Promise<void> {
  for (const { name, nodeId } of friends) {
    await eventually(`the portrait of ${name} is here`, async () => {
      const { avatar } = (await (await owner.fetch(`/api/v1/people/${nodeId}`)).json()) as {
        avatar: unknown;
      };
      return avatar !== null && (await owner.fetch(`/api/v1/people/${nodeId}/avatar`)).ok;
    });
  }
}

async function nameDevice(owner: Owner, name: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ name });
  await owner.fetch(`/api/v1/sessions/${owner.sessionId}`, { method: 'PATCH', headers, body });
}

/** What she wrote elsewhere, years ago. */
async function bringAlong(node: TestNode, folder: string): Promise<void> {
  const file = join(folder, 'archive.zip');
  const notes = [
    note({ n: 1, html: '<p>Première pluie de l’année sur la lagune.</p>', at: '2024-07-02T08:10:00Z' }),
    note({ n: 2, html: '<p>Le bac de Rosso est de nouveau en panne.</p>', at: '2025-02-11T16:45:00Z' }),
  ];
  writeFileSync(file, zip([outbox(notes)]));
  await node.call(portability.startImport, { body: { file } });
  await eventually('her old posts are here', async () => {
    const { items } = await node.call(portability.listImports, {});
    return items[0]?.state === 'done';
  });
}

type Named<Name extends string> = Readonly<Record<Name, TestNode>>;

/** Returns the addresses of two of Awa's posts: of the evening with answers, and one that she changed. */
async function spendWeek({
  clock,
  awa,
  lea,
  tom,
}: Named<'awa' | 'lea' | 'tom'> & { readonly clock: StagedClock }): Promise<{
  river: string;
  cloth: string;
}> {
  const post = async (
    node: TestNode,
    text: string,
    more: { reply_to?: string; visibility?: 'friends' | 'public'; picture?: string; alt?: string } = {},
  ): Promise<string> => {
    const { picture, alt = '', ...rest } = more;
    const media =
      picture === undefined
        ? []
        : [(await node.upload(posts.uploadFile, join(demo, picture), { name: picture, alt })).id];
    return (await node.call(posts.createPost, { body: { text, media, visibility: 'friends', ...rest } })).uri;
  };
  const react = (node: TestNode, id: string, value: string) =>
    node.call(posts.react, { params: { id }, body: { value } });

  clock.set('2026-06-18T20:05:00Z');
  await post(lea, NODE_OF_ONE);
  clock.set('2026-06-20T09:20:00Z');
  const cloth = await post(awa, CLOTH_AT_FIRST, {
    visibility: 'public',
    picture: 'cloth.jpg',
    alt: 'Un tissu à motifs rouges et ocre',
  });
  clock.set('2026-06-20T09:24:00Z');
  await awa.call(posts.editPost, { params: { id: cloth }, body: { text: CLOTH } });
  clock.set('2026-06-20T18:12:00Z');
  const river = await post(awa, RIVER, {
    picture: 'river.jpg',
    alt: 'Le fleuve au couchant, un pont au loin',
  });
  clock.set('2026-06-20T18:20:00Z');
  await reads(tom, RIVER);
  await react(tom, river, '😮');
  await post(tom, 'What a light! Is that the old bridge?', { reply_to: river });
  clock.set('2026-06-20T18:31:00Z');
  await reads(lea, RIVER);
  await react(lea, river, '❤️');
  await post(lea, 'Tu nous gardes une place sur la pirogue ?', { reply_to: river });
  clock.set('2026-06-20T18:41:00Z');
  await post(tom, WALK, {
    visibility: 'public',
    picture: 'hills.jpg',
    alt: 'Green hills and a dry stone wall',
  });
  const walk = await reads(awa, WALK);
  await react(awa, walk.uri, '❤️');
  await eventually('the answers and reactions are with her', async () => {
    const thread = await awa.call(posts.readThread, { params: { id: river } });
    return thread.replies.length === 2 && thread.reactions.length === 2;
  });
  return { river, cloth };
}

async function spendEvening({
  clock,
  awa,
  lea,
  tom,
  ines,
}: Named<'awa' | 'ines' | 'lea' | 'tom'> & { readonly clock: StagedClock }): Promise<void> {
  const talk = async (moment: string, from: TestNode, to: TestNode, text: string): Promise<void> => {
    clock.set(moment);
    await say(from, to.name, text);
    await eventually(`${to.name} has "${text}"`, async () =>
      (await read(to, from.name)).some((message) => message.text === text),
    );
  };
  await talk('2026-06-20T12:02:00Z', awa, lea, 'Tu arrives toujours le 12 ? Maman prépare le thiéboudiène.');
  await talk('2026-06-20T12:09:00Z', lea, awa, 'Le 12 au matin, oui ! J’apporte le fromage.');
  await talk('2026-06-20T12:10:00Z', awa, lea, 'Alors je garde une place sur la pirogue, devant.');
  await talk('2026-06-20T18:44:00Z', lea, awa, 'Parfait. Je lis ton livre dans le train.');
  await talk('2026-06-20T18:50:00Z', tom, awa, 'Could you put one of those cloths aside for my sister?');
  clock.set('2026-06-20T18:52:00Z');
  await say(ines, awa.url, 'Bonjour, on s’est croisées à l’atelier de couture de Dakar.');
  await eventually('the word of a stranger waits', async () => (await requests(awa)).length === 1);
  const body = { who: awa.url, note: 'C’est Inès, de l’atelier de Dakar !' };
  await ines.call(people.addFriend, { body });
  await eventually('her request is here', async () => {
    const { items } = await awa.call(people.listConnections, { query: {} });
    return items.some(({ username, status }) => username === ines.name && status === 'pending');
  });
  // Away for the night: what is written to him waits.
  await tom.stop();
  clock.set('2026-06-20T18:58:00Z');
  await say(awa, tom.name, 'Of course: the red one, with the birds.');
}
