// The first run in a real browser: from the claim link to one's own node, by keyboard, with its refusals, and a node
// that goes away in the middle.
import { makeNode, type TestNode } from '#kit';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { checkScreen, openBrowser, visit } from './kit/index.ts';

const claimOf = async (node: TestNode): Promise<string> =>
  new URL(String((await node.running.status()).claim_url)).hash;
const stepsOf = async (page: Page): Promise<Record<string, string>> => {
  const answer = await page.request.get('/api/v1/welcome');
  const { steps } = (await answer.json()) as { steps: { step: string; state: string }[] };
  return Object.fromEntries(steps.map(({ step, state }) => [step, state]));
};
/** A picture of one colour, wider than high, as a file of the browser. */
const pictureFile = async (): Promise<{ name: string; mimeType: string; buffer: Buffer }> => {
  const background = { r: 40, g: 90, b: 120 };
  const river = sharp({ create: { width: 900, height: 600, channels: 3, background } });
  return { name: 'river.png', mimeType: 'image/png', buffer: await river.png().toBuffer() };
};

describe('the first run', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('makes the node one’s own in five steps, by keyboard, and the kit is confirmed from the paper', async () => {
    await using node = await makeNode({ name: 'elise' });
    await using there = await visit(browser, node, { language: 'fr', expected: [/status of 400/] });
    const { page } = there;
    const next = async (heading: string): Promise<void> => {
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    };
    await there.open(`/${await claimOf(node)}`);
    await page.getByRole('heading', { name: 'Bienvenue' }).waitFor();
    await checkScreen(there);
    await page.getByRole('radio', { name: 'Français' }).focus();
    await next('Qui êtes-vous ?');
    await page.getByRole('textbox', { name: 'Nom' }).focus();
    await page.keyboard.type('Élise \u05d0\u05d1 Martin');
    await page.locator('input[type=file]').setInputFiles(await pictureFile());
    await page.getByRole('img', { name: 'Votre image' }).waitFor();
    await checkScreen(there);
    await page.getByRole('textbox', { name: 'Nom' }).focus();
    await next('Prenez-en possession');
    await page.getByRole('textbox', { name: 'Phrase de passe' }).focus();
    await page.keyboard.type('court');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Au moins 10 caractères.').waitFor();
    await page.keyboard.type(' mais assez long');
    await page.getByText('Solide.').waitFor();
    await checkScreen(there);
    await page.getByRole('textbox', { name: 'Phrase de passe' }).focus();
    await next('Votre kit de récupération');
    assert.equal(new URL(page.url()).hash, '', 'the secret of the link has left the address');
    await page.locator('.paper-words li').first().waitFor();
    await checkScreen(there);
    const paper = await page.locator('.paper-words li').allTextContents();
    assert.equal(paper.length, 24);

    await page.getByRole('button', { name: 'Je l’ai sur papier' }).focus();
    await next('Vérifiez votre feuille');
    await page.locator('.step input').first().fill('abeille');
    await page.locator('.step input').last().fill('abeille');
    await page.keyboard.press('Enter');
    await page
      .getByRole('alert')
      .getByText(/Ce ne sont pas les mots/)
      .waitFor();
    for (const label of await page.locator('.step .field label').allTextContents()) {
      const word = paper[Number(/\d+/.exec(label)?.[0]) - 1] ?? '';
      await page.getByRole('textbox', { name: label, exact: true }).fill(word);
    }
    await next('Trouver des gens');
    await checkScreen(there);
    await page.getByRole('searchbox').focus();
    await next('Accueil');

    assert.deepEqual(await stepsOf(page), {
      language: 'done',
      profile: 'done',
      credential: 'done',
      kit: 'done',
      people: 'later',
    });
    const profile = (await (await page.request.get('/api/v1/profile')).json()) as Record<string, unknown>;
    assert.equal(profile.display_name, 'Élise \u05d0\u05d1 Martin');
    assert.equal(profile.language, 'fr');
    assert.equal(typeof profile.avatar, 'string');
  });

  it('says that the node went away, keeps what was typed, and goes on where it stopped after a new start', async () => {
    await using node = await makeNode({ name: 'elise' });
    await using there = await visit(browser, node, { expected: [/Failed to load resource/, /WebSocket/] });
    const { page } = there;
    await there.open(`/${await claimOf(node)}`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Elise');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('textbox', { name: 'Passphrase' }).fill('four horses quite correct');
    await node.stop();
    await page.getByRole('button', { name: 'Make it mine' }).click();
    await page.getByRole('alert').getByText('The node does not answer. Nothing was lost.').waitFor();
    await node.start();
    await page.getByRole('button', { name: 'Make it mine' }).click();
    await page.getByRole('heading', { name: 'Your recovery kit' }).waitFor();

    // The person closes the page, and opens home another day.
    await there.open('/');
    await page.getByRole('heading', { name: 'Your recovery kit' }).waitFor();
    await page.getByRole('button', { name: 'Later' }).click();
    await page.getByText('nobody can bring them back').waitFor();
    await page.getByRole('button', { name: 'Later all the same' }).click();
    await page.getByRole('heading', { name: 'Find people' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Your recovery kit' }).waitFor();
    await page.goForward();
    await page.getByRole('button', { name: 'To my node' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    assert.equal((await stepsOf(page)).kit, 'later');
    await there.open('/');
    await page.getByRole('heading', { name: 'Home' }).waitFor();
  });

  it('asks a person with a second node, found by the address, to be a friend', async () => {
    await using alice = await makeNode({ name: 'alice' });
    await using node = await makeNode({ name: 'elise' });
    await using there = await visit(browser, node);
    const { page } = there;
    const claimed = await page.request.post('/api/v1/claim', {
      data: { token: (await claimOf(node)).split('=')[1], passphrase: 'four horses quite correct' },
    });
    assert.equal(claimed.status(), 201);
    await there.open('/welcome?step=people');
    await page.getByRole('searchbox').fill(alice.url);
    await page.getByRole('button', { name: 'Ask alice to be friends' }).click();
    await page.getByRole('heading', { name: 'You have asked' }).waitFor();
    await page.getByRole('button', { name: 'To my node' }).click();
    await page
      .getByRole('heading', { name: /Home|Welcome|recovery|Who/ })
      .first()
      .waitFor();
    const { items } = (await (await page.request.get('/api/v1/connections')).json()) as {
      items: { username: string }[];
    };
    assert.deepEqual(
      items.map(({ username }) => username),
      ['alice'],
    );
  });

  it('tells who opens a new node without its link where the link is, and refuses a wrong one', async () => {
    await using node = await makeNode({ name: 'elise' });
    await using there = await visit(browser, node);
    const { page } = there;
    await there.open('/');
    await page.getByRole('heading', { name: 'Is it yours?' }).waitFor();
    await page.getByText('ored status').waitFor();
    await there.open('/welcome?step=credential#claim=not-the-token');
    await page.getByRole('textbox', { name: 'Passphrase' }).fill('four horses quite correct');
    await page.getByRole('button', { name: 'Make it mine' }).click();
    await page.getByRole('alert').getByText('This is not the claim link of this node.').waitFor();
  });
});
