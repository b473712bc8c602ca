// Pages of the feed with a million posts stored: the first one and ones deep inside, nobody muted and 500 muted people
// among 2,000 authors. Through HTTP with a session, one request at a time, as one reader asks. Aim: p95 under 20 ms.
// Arguments: posts, pages of each kind.
import { tables } from '#kernel/db/database.ts';
import { sql } from 'kysely';
import type { BenchContext } from '../../scripts/bench.ts';
import { percentiles, quantile, reportAim } from './rig/figures.ts';
import { openLane, requestBytes, type Lane } from './rig/lanes.ts';
import { openData, startOwned, type OwnedNode } from './rig/node.ts';
import { AUTHORS, millionPosts, NEWEST_MS, POSTS, setMuted, STEP_MS } from './rig/posts.ts';

const PAGES = 200;
const AIM_MS = 20;
const MUTED = 500;

export const name = 'feed-page';
export const description = 'A page of the feed with a million posts stored';

export async function run({ args }: BenchContext): Promise<void> {
  const posts = Number(args[0] ?? POSTS);
  const pages = Number(args[1] ?? PAGES);
  const dataDir = await millionPosts(posts);
  for (const muted of [0, MUTED]) {
    await withDatabase(dataDir, muted);
    await using node = await startOwned(dataDir);
    using lane = await openLane(node.url);
    const who = muted === 0 ? 'nobody muted' : `${muted} of ${AUTHORS} authors muted`;
    await timePages({ node, lane, what: `first page, ${who}`, pages, cursorOf: () => '' });
    // Every page another part of the feed: what no cache holds.
    const deep = (turn: number): string =>
      `&cursor=${NEWEST_MS - Math.floor((posts * (turn + 0.5)) / pages) * STEP_MS}-0`;
    await timePages({ node, lane, what: `deep pages, ${who}`, pages, cursorOf: deep });
  }
}

async function withDatabase(dataDir: string, muted: number): Promise<void> {
  await using db = openData(dataDir);
  await db.write((tx) => setMuted(tx, muted));
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM people_mute`.execute(
    tables(db.read),
  );
  if (rows[0]?.count !== muted) throw new Error('the mutes were not set');
}

async function timePages(load: {
  readonly node: OwnedNode;
  readonly lane: Lane;
  readonly what: string;
  readonly pages: number;
  readonly cursorOf: (turn: number) => string;
}): Promise<void> {
  const { node, lane, what, pages, cursorOf } = load;
  const ms: number[] = [];
  for (let turn = 0; turn < pages; turn += 1) {
    const url = `${node.url}/api/v1/feed?limit=50${cursorOf(turn)}`;
    const request = requestBytes('GET', url, { authorization: node.authorization });
    const before = performance.now();
    const { status, body } = await lane.ask(request);
    ms.push(performance.now() - before);
    const shown =
      status === 200 ? (JSON.parse(body.toString('utf8')) as { items: unknown[] }).items.length : 0;
    // The last of the deep pages is the end of the feed.
    if (status !== 200 || (shown < 50 && turn < pages - 1)) throw new Error(`${status}: ${shown} posts`);
  }
  const sorted = ms.toSorted((a, b) => a - b);
  reportAim(`${what}, p95`, quantile(sorted, 0.95), 'ms', AIM_MS);
  console.log(`  ${percentiles(sorted)}`);
}
