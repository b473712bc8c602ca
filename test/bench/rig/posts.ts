// Fills a node's database with posts of many authors, their words and their people, by set-based SQL in batches: as
// many as years of use would bring. Rows have the shape and size of real ones; only their proofs are not real.
import { tables, type Database, type Tx } from '#kernel/db/database.ts';
import { firstSlot } from '#node/search/model.ts';
import { sql } from 'kysely';
import { base58btc } from 'multiformats/bases/base58';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { keptData } from './node.ts';

const BATCH = 5_000;
/** A post each 20 s, back from this moment. */
export const NEWEST_MS = Date.UTC(2026, 10, 1);
export const STEP_MS = 20_000;
const WORDS = 5_000;
/** In every post, and in one post of RARE_EACH. */
export const COMMON_WORD = 'commonword';
export const RARE_EACH = 10_000;
export const RARE_WORD = 'rareword';

export const POSTS = 1_000_000;
export const AUTHORS = 2_000;

export interface Stock {
  readonly posts: number;
  readonly authors: number;
}

/** The folder of a node with that many posts, kept in .cache/. */
export function millionPosts(posts: number): Promise<string> {
  const recipe = readFileSync(import.meta.filename, 'utf8');
  return keptData(`posts-${posts}`, recipe, (db, nodeId) =>
    fillPosts(db, nodeId, { posts, authors: AUTHORS }),
  );
}

/** Posts, words and persons. */
export async function fillPosts(db: Database, nodeId: string, stock: Stock): Promise<void> {
  const authors = [nodeId, ...Array.from({ length: stock.authors - 1 }, (_unused, i) => authorId(i))];
  await db.write((tx) => fillPeople(tx, authors.slice(1)));
  for (let from = 0; from < stock.posts; from += BATCH) {
    const count = Math.min(BATCH, stock.posts - from);
    const rows = Array.from({ length: count }, (_unused, i) => makePost(from + i, stock.posts, authors));
    await db.write((tx) => insert(tx, rows));
  }
}

interface Post {
  readonly author: string;
  readonly id: string;
  readonly at: number;
  readonly object: string;
  readonly cid: string;
  readonly ref: string;
  readonly words: string;
  readonly docid: number;
}

function makePost(index: number, total: number, authors: readonly string[]): Post {
  const at = NEWEST_MS - (total - index) * STEP_MS;
  const author = authors[spread(index) % authors.length] ?? '';
  const id = messageId(at, index);
  const ref = `orf://${author}/post/${id}`;
  const words = textOf(index);
  const object = JSON.stringify({
    author,
    created_at: new Date(at).toISOString(),
    proof: {
      type: 'DataIntegrityProof',
      cryptosuite: 'eddsa-jcs-2022',
      proofPurpose: 'assertionMethod',
      created: new Date(at).toISOString(),
      proofValue: `z${'3'.repeat(87)}`,
      verificationMethod: `did:webvh:${author}:node.invalid#z6Mk${'h'.repeat(44)}`,
    },
    salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    text: words,
    type: 'post',
    uri: ref,
    version: 1,
    visibility: 'friends',
  });
  return { author, id, at, object, cid: `bafkrei${'a'.repeat(52)}`, ref, words, docid: firstSlot(at) };
}

async function insert(tx: Tx, rows: readonly Post[]): Promise<void> {
  const json = JSON.stringify(rows);
  const db = tables<unknown>(tx);
  await sql`INSERT INTO posts_item (author, id, created_at, visibility, version, held, cid, state, in_feed, object)
    SELECT value ->> 'author', value ->> 'id', value ->> 'at', 'friends', 1, 1, value ->> 'cid', 'here', 1,
      value ->> 'object' FROM json_each(${json})`.execute(db);
  await sql`INSERT INTO search_entry (docid, kind, ref)
    SELECT value ->> 'docid', 'post', value ->> 'ref' FROM json_each(${json})`.execute(db);
  await sql`INSERT INTO search_text (rowid, text)
    SELECT value ->> 'docid', value ->> 'words' FROM json_each(${json})`.execute(db);
}

async function fillPeople(tx: Tx, nodeIds: readonly string[]): Promise<void> {
  const db = tables<unknown>(tx);
  const json = JSON.stringify(nodeIds);
  await sql`INSERT INTO people_person (node_id, username, display_name, bio, updated_at)
    SELECT value, 'person-' || key, 'Person ' || key, '', 0 FROM json_each(${json})`.execute(db);
  await sql`INSERT INTO people_connection (node_id, slot, status, direction, updated_at)
    SELECT value, 'friend', 'accepted', 'out', 0 FROM json_each(${json})`.execute(db);
}

/** Mutes so many of the authors, and nobody else. */
export async function setMuted(tx: Tx, count: number): Promise<void> {
  const db = tables<unknown>(tx);
  await sql`DELETE FROM people_mute`.execute(db);
  await sql`INSERT INTO people_mute (node_id, created_at)
    SELECT node_id, 0 FROM people_person ORDER BY node_id LIMIT ${count}`.execute(db);
}

/** Forty words of a Zipf-like vocabulary: many of few, few of many. */
function textOf(index: number): string {
  const words = [COMMON_WORD];
  if (index % RARE_EACH === 0) words.push(RARE_WORD);
  for (let i = 0; i < 40; i += 1) {
    const share = spread(index * 40 + i) / 2 ** 32;
    words.push(`w${Math.floor(WORDS ** share).toString(36)}x`);
  }
  return words.join(' ');
}

/** A fixed scattering of whole numbers over 32 bits (the finaliser of MurmurHash3), so that every run has the same data. */
function spread(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function messageId(at: number, index: number): string {
  const time = at.toString(16).padStart(12, '0');
  const rest = index.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest}`;
}

function authorId(index: number): string {
  const digest = createHash('sha256').update(`author ${index}`).digest();
  // A multihash of SHA-256 in base58, as every node id is.
  return base58btc.baseEncode(Buffer.concat([Buffer.from([0x12, 0x20]), digest]));
}
