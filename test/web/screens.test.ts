// Every screen of THE LIST, with something on it, passes what every screen must: axe in both languages and themes,
// nothing wider than the phone, one heading. A screen that is added is opened here without another line.
import { claimNode, type Owner } from '#kit';
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { befriend, makeTown, say } from '../conversations/rig.ts';
import { reads, write } from '../posts/friends-rig.ts';
import { checkScreen, openBrowser, signInOn, visit } from './kit/index.ts';

/** The paths as each area declares them: its code is the browser's, so they are read, not run. */
const paths = globSync('web/src/*/feature.ts').flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/\bpath: '([^']+)'/g)].map(([, path = '']) => path),
);
/** Screens that say so when there is nothing to say; the answer is a failure on the console. */
const expected = [/Failed to load resource/, /WebSocket/];

describe('every screen', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('is read by everybody: axe finds nothing, in both languages and themes', async () => {
    assert.ok(paths.length > 20, `only ${paths.length} screens were found`);
    await using town = await makeTown('alice', 'bob');
    const { alice, bob } = town.people;
    await befriend(alice, bob);
    await write(bob, 'From the bridge, tonight.');
    await say(bob, 'alice', 'Are you coming?');
    const { uri } = await reads(alice, 'From the bridge, tonight.');
    const [author = '', , id = ''] = uri.replace('orf://', '').split('/');
    const owner: Owner = await claimNode(alice);
    await using there = await visit(browser, alice, { expected });
    await signInOn(there, owner);
    for (const path of [...paths, '/more', '/nowhere']) {
      const at = path.replace(':who', bob.nodeId).replace(':author', author).replace(':id', id);
      assert.equal(at.includes(':'), false, `${path}: this test does not know what stands for its parts`);
      await there.open(at);
      await there.page.locator('[data-screen-heading]').waitFor();
      await there.page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
      await checkScreen(there);
    }
  });
});
