// Search through HTTP in a million texts of 40 words: a rare word (100 texts), the newest 20 of a word that every text
// has, a common word with a rare one, and beginnings of words. Aims stand beside the figures. Arguments: entries, rounds.
import type { BenchContext } from '../../scripts/bench.ts';
import { percentiles, quantile, reportAim } from './rig/figures.ts';
import { openLane, requestBytes } from './rig/lanes.ts';
import { startOwned } from './rig/node.ts';
import { COMMON_WORD, millionPosts, POSTS, RARE_WORD } from './rig/posts.ts';

const ROUNDS = 100;
/** As a page of the feed: what a reader does not notice. */
const AIM_MS = 20;

const questions = [
  { what: 'a rare word', text: `${RARE_WORD} ` },
  { what: 'newest 20 of a word in every text', text: `${COMMON_WORD} ` },
  { what: 'a word in every text and a rare one', text: `${COMMON_WORD} ${RARE_WORD} ` },
  { what: 'two letters that begin every text', text: COMMON_WORD.slice(0, 2) },
  { what: 'five letters that begin a rare word', text: RARE_WORD.slice(0, 5) },
  { what: 'no text has it', text: 'nowhere ' },
];

export const name = 'search';
export const description = 'Search in a million texts';

export async function run({ args }: BenchContext): Promise<void> {
  const rounds = Number(args[1] ?? ROUNDS);
  const dataDir = await millionPosts(Number(args[0] ?? POSTS));
  await using node = await startOwned(dataDir);
  using lane = await openLane(node.url);
  for (const { what, text } of questions) {
    const url = `${node.url}/api/v1/search?limit=20&q=${encodeURIComponent(text)}`;
    const request = requestBytes('GET', url, { authorization: node.authorization });
    const ms: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = performance.now();
      const { status, body } = await lane.ask(request);
      ms.push(performance.now() - before);
      if (status !== 200) throw new Error(`the node answered ${status}: ${body.toString('utf8')}`);
    }
    const sorted = ms.toSorted((a, b) => a - b);
    reportAim(`${what}, p95`, quantile(sorted, 0.95), 'ms', AIM_MS);
    console.log(`  ${percentiles(sorted)}`);
  }
}
