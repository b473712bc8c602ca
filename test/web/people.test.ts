// People in a real browser: a request answered by keyboard, a person's page, finding by address and by the camera,
// comparing, blocking and taking it back, and one's own name and picture.
import { claimNode, eventually, makeNode, type TestNode } from '#kit';
import * as people from '#node/people/api.ts';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { befriend, bondWith } from '../posts/friends-rig.ts';
import { checkScreen, focused, openBrowser, signInOn, visit } from './kit/index.ts';

const ask = (from: TestNode, to: TestNode, note?: string) =>
  from.call(people.addFriend, { body: { who: to.url, ...(note === undefined ? {} : { note }) } });

describe('people', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('shows a request as it arrives, and answers it from the keyboard', async () => {
    await using alice = await makeNode({ name: 'alice' });
    await using bob = await makeNode({ name: 'bob' });
    const owner = await claimNode(alice);
    await using there = await visit(browser, alice, { language: 'fr' });
    const { page } = there;
    await signInOn(there, owner);
    await page
      .getByRole('link', { name: /^Personnes/ })
      .last()
      .click();
    await page.getByText('Pas encore d’amis ici').waitFor();
    await ask(bob, alice, '<b>Bonjour</b> de la rivière');

    const news = page.getByRole('link', { name: '1 personne vous demande en ami' });
    await news.focus();
    await page.keyboard.press('Enter');
    await page.getByText('<b>Bonjour</b> de la rivière').waitFor();
    await checkScreen(there);
    await page.getByRole('button', { name: 'Accepter la demande de bob' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Vous et bob êtes amis.').waitFor();
    await eventually('both are friends', async () => (await bondWith(bob, alice)) === 'friend:accepted');
    await page.getByText('Personne n’attend votre réponse.').or(page.getByText('Aucune demande')).waitFor();
  });

  it('finds somebody by address or by the camera, compares, and asks with a word', async () => {
    await using alice = await makeNode({ name: 'alice' });
    await using bob = await makeNode({ name: 'bob' });
    const owner = await claimNode(alice);
    const { code } = (await (await (await claimNode(bob)).fetch('/api/v1/identity')).json()) as {
      code: string;
    };
    await using there = await visit(browser, alice, { expected: [/status of 400/] });
    const { page } = there;
    await showToCamera(page, code);
    await signInOn(there, owner);
    await there.open('/people/add');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('alert').getByText('Write whom you are looking for.').waitFor();
    await page.getByRole('searchbox', { name: 'Who?' }).fill(bob.url);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Ask bob to be your friend' }).waitFor();

    // The node knows bob now, so that his code alone leads to him.
    await page.getByRole('button', { name: 'Scan a code' }).click();
    await page.getByRole('heading', { name: 'bob' }).waitFor();
    await page.getByText('Is it really bob?').click();
    await page.getByRole('list', { name: 'Words of the fingerprint' }).waitFor();
    await page.getByRole('textbox', { name: 'Or compare by their code' }).fill('orf-id:1:nonsense');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('status').getByText(/code/).waitFor();
    await page.getByRole('button', { name: 'Scan a code' }).click();
    await page.getByText('It fits: this is bob’s node and key.').waitFor();
    await checkScreen(there);

    await page.getByRole('button', { name: 'Ask to be friends' }).click();
    await page.getByRole('textbox', { name: 'A word with it' }).fill('Hello from the river');
    await page.getByRole('button', { name: 'Send the request' }).click();
    await page.getByText('You have asked; no answer yet').waitFor();
    await eventually('bob is asked', async () => (await bondWith(bob, alice)) === 'friend:pending');
  });

  it('blocks only after asking in words, and gives muting its undo', async () => {
    await using alice = await makeNode({ name: 'alice' });
    await using bob = await makeNode({ name: 'bob' });
    await befriend(alice, bob);
    const owner = await claimNode(alice);
    await using there = await visit(browser, alice, { size: 'desktop' });
    const { page } = there;
    await signInOn(there, owner);
    await there.open(`/people/${bob.nodeId}`);
    const menu = page.getByRole('button', { name: 'More about bob' });
    await menu.click();
    await page.getByRole('menuitem', { name: 'Mute' }).click();
    await page.getByText('bob is muted.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Muted', { exact: true }).waitFor({ state: 'detached' });

    await menu.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('b');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Block bob?' }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await bondWith(alice, bob), 'friend:accepted');
    assert.equal(await focused(there), 'button More about bob');
    await menu.click();
    await page.getByRole('menuitem', { name: 'Block' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await page.getByText('Blocked by you').waitFor();
    assert.equal(await bondWith(alice, bob), 'blocked:accepted');
    await page.getByRole('button', { name: 'Unblock' }).click();
    await page.getByText('Not connected with you').waitFor();
  });

  it('changes one’s name, and makes a portrait of any picture that holds nothing of the file', async () => {
    await using alice = await makeNode({ name: 'alice' });
    const owner = await claimNode(alice);
    await using there = await visit(browser, alice);
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/profile');
    const picture = page.locator('input[type=file]');
    await picture.setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('<svg/>') });
    await page.getByRole('alert').getByText('cannot read that file as a picture').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();

    const red = { create: { width: 900, height: 300, channels: 3 as const, background: '#a3212f' } };
    const buffer = await sharp(red)
      .withExifMerge({ IFD0: { Artist: 'Somebody' } })
      .jpeg()
      .toBuffer();
    await picture.setInputFiles({ name: 'red.jpg', mimeType: 'image/jpeg', buffer });
    await page.getByRole('slider', { name: 'Across' }).focus();
    await page.keyboard.press('End');
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('button', { name: 'Change the picture' }).waitFor();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Alice de la Rivière');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. Friends and followers are told.').first().waitFor();
    const own = (await (await owner.fetch('/api/v1/profile')).json()) as {
      display_name: string;
      avatar: string;
    };
    assert.equal(own.display_name, 'Alice de la Rivière');
    const stored = await owner.fetch(`/api/v1/people/${alice.nodeId}/avatar`);
    const { width, height, exif } = await sharp(Buffer.from(await stored.arrayBuffer())).metadata();
    // The size that others get of it.
    assert.deepEqual([width, height, exif], [320, 320, undefined]);
    await checkScreen(there);
  });
});

/** A camera that shows one code, and the detector that some browsers have: Debian's Chromium has neither. */
async function showToCamera(page: Page, code: string): Promise<void> {
  await page.addInitScript((text) => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d');
    navigator.mediaDevices.getUserMedia = () => Promise.resolve(canvas.captureStream());
    HTMLMediaElement.prototype.play = () => Promise.resolve();
    Object.assign(window, {
      BarcodeDetector: class {
        detect = () => Promise.resolve([{ rawValue: text }]);
      },
    });
  }, code);
}
