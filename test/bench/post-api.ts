// A post through the owner's HTTP API, with a bearer session over TCP: signed, indexed and durable when answered; and
// reading one. Aims: 25 times the 115/s and 10 times the 780/s of the leading comparable server (docs/performance.md),
// both given for a machine of 8,000 verifications a second. Argument: seconds.
import type { BenchContext } from '../../scripts/bench.ts';
import { cpuMs, percentiles } from './rig/figures.ts';
import { drive, openLane, requestBytes, type Load } from './rig/lanes.ts';
import { makeData, startOwned, type OwnedNode } from './rig/node.ts';

const SECONDS = 5;
const CONNECTIONS = 32;
const WRITE_AIM = (25 * 115) / 8_000;
const READ_AIM = (10 * 780) / 8_000;
/** Posts that are read, so that not one row is measured. */
const READ_POSTS = 500;
const TEXT = 'A post of some length, as people write them: two sentences, a little news. '.repeat(3);

export const name = 'post-api';
export const description = "Posts written and read a second through the owner's HTTP API";

export async function run(context: BenchContext): Promise<void> {
  const seconds = Number(context.args[0] ?? SECONDS);
  using made = await makeData();
  await using node = await startOwned(made.dataDir);
  const { url, authorization } = node;
  const load = { url, connections: CONNECTIONS };
  const create = (visibility: string): Pick<Load, 'next' | 'status'> => {
    const bytes = requestBytes(
      'POST',
      `${url}/api/v1/posts`,
      { authorization, 'content-type': 'application/json' },
      JSON.stringify({ text: TEXT, visibility }),
    );
    return { next: () => bytes, status: 201 };
  };
  const measure = async (what: string, wanted: Pick<Load, 'next' | 'status'>): Promise<void> => {
    await drive({ ...load, ...wanted, seconds: 1 });
    const cpuBefore = cpuMs(node.program.pid);
    const { perSecond, ms } = await drive({ ...load, ...wanted, seconds });
    const cpuUs = ((cpuMs(node.program.pid) - cpuBefore) * 1_000) / ms.length;
    context.report(what, perSecond);
    console.log(`  ${percentiles(ms)}; the node's processor time: ${cpuUs.toFixed(0)} us each`);
  };
  await measure(`posts written (aim ${WRITE_AIM.toFixed(2)} x calib)`, create('public'));

  const reads = await readsOf(node);
  let turn = 0;
  const next = (): Buffer => reads[turn++ % reads.length] ?? Buffer.alloc(0);
  await measure(`posts read (aim ${READ_AIM.toFixed(2)} x calib)`, { next, status: 200 });
}

/** Requests for the newest posts, by id. */
async function readsOf({ url, authorization }: OwnedNode): Promise<Buffer[]> {
  using lane = await openLane(url);
  const requests: Buffer[] = [];
  let cursor = '';
  while (requests.length < READ_POSTS) {
    const page = await lane.ask(
      requestBytes('GET', `${url}/api/v1/feed?limit=100${cursor}`, { authorization }),
    );
    const { items, next_cursor } = JSON.parse(page.body.toString('utf8')) as {
      items: { id: string }[];
      next_cursor: string | null;
    };
    requests.push(
      ...items.map(({ id }) => requestBytes('GET', `${url}/api/v1/posts/${id}`, { authorization })),
    );
    if (next_cursor === null) break;
    cursor = `&cursor=${next_cursor}`;
  }
  return requests;
}
