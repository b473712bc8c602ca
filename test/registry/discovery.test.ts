// Searches: what is found, what is hidden, and row R4 of docs/security.md.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { get, person, register, registryRig, type RegistryRig } from './rig.ts';

interface Page {
  readonly items: readonly { username: string; online: boolean; display_name: string }[];
  readonly next_cursor: string | null;
}

async function discover(rig: RegistryRig, query: string): Promise<Page> {
  const answer = await get(`${rig.url}/api/v1/nodes/discover?${query}`);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body as unknown as Page;
}

const names = (page: Page): string[] => page.items.map(({ username }) => username);

async function withPeople(run: (rig: RegistryRig) => Promise<void>): Promise<void> {
  await using rig = await registryRig();
  const listings = {
    aminata: { display_name: 'Aminata Sow', region: 'Dakar', language: 'fr', capabilities: ['documents'] },
    benoit: { display_name: 'Benoît Séverin', region: 'Lyon', language: 'fr' },
    claire: { display_name: 'Claire 100%', region: 'Dakar', language: 'en' },
    hidden: { display_name: 'Hidden Person', listed: false },
  };
  for (const [name, listing] of Object.entries(listings)) {
    assert.equal((await register(rig, await person(rig, name), { listing })).status, 201);
  }
  await run(rig);
}

describe('searching the directory', () => {
  it('finds by username, display name, words, capability, region and language', async () => {
    await withPeople(async (rig) => {
      assert.deepEqual(names(await discover(rig, 'username=aminata')), ['aminata']);
      assert.deepEqual(names(await discover(rig, 'display_name=severin')), ['benoit']);
      assert.deepEqual(names(await discover(rig, 'q=sow')), ['aminata']);
      assert.deepEqual(names(await discover(rig, 'q=ami')), ['aminata']);
      assert.deepEqual(names(await discover(rig, 'capability=documents')), ['aminata']);
      assert.deepEqual(names(await discover(rig, 'region=Dakar')), ['aminata', 'claire']);
      assert.deepEqual(names(await discover(rig, 'region=Dakar&language=en')), ['claire']);
    });
  });

  it('never shows the unlisted, nor those whose record has expired', async () => {
    await withPeople(async (rig) => {
      assert.deepEqual(names(await discover(rig, 'q=hidden')), []);
      assert.deepEqual(names(await discover(rig, '')), ['aminata', 'benoit', 'claire']);
      await rig.clock.advance(48 * 3_600_000);
      assert.deepEqual(names(await discover(rig, '')), []);
    });
  });

  it('pages with a cursor that stays true while others register', async () => {
    await withPeople(async (rig) => {
      const first = await discover(rig, 'limit=2');
      assert.deepEqual(names(first), ['aminata', 'benoit']);
      await register(rig, await person(rig, 'adama'));
      const second = await discover(rig, `limit=2&cursor=${String(first.next_cursor)}`);
      assert.deepEqual(names(second), ['claire']);
      assert.equal(second.next_cursor, null);
    });
  });

  it('takes signs as words or nothing, never as patterns (R4)', async () => {
    await withPeople(async (rig) => {
      for (const q of ['%25', '_', '*', '"', "'", '(b%2B)%2B$x', 'a" OR "b', 'NEAR(a b)', '-claire sow']) {
        assert.deepEqual(names(await discover(rig, `q=${q}`)), [], q);
      }
      assert.deepEqual(names(await discover(rig, 'q=100%25')), ['claire']);
      assert.deepEqual(names(await discover(rig, 'username=%25')), []);
    });
  });

  it('refuses what is no query (R4)', async () => {
    await withPeople(async (rig) => {
      for (const query of [
        'limit=1000000000',
        'limit=0',
        'limit=x',
        'q=',
        'q=a%00b',
        'colour=red',
        'cursor=!!',
      ]) {
        const answer = await get(`${rig.url}/api/v1/nodes/discover?${query}`);
        assert.ok([400, 422].includes(answer.status), `${query}: ${answer.status}`);
      }
    });
  });

  it('shows who is online by their last sign of life', async () => {
    await withPeople(async (rig) => {
      assert.equal((await discover(rig, 'username=claire')).items[0]?.online, true);
      await rig.clock.advance(200_000);
      assert.equal((await discover(rig, 'username=claire')).items[0]?.online, false);
    });
  });
});
