// Who gets in, in a real browser: devices that are paired, named and signed out, the second factor with its codes, a
// passkey from Chromium's own virtual authenticator, and the page about a connection that others can read.
import { claimNode, eventually, makeNode, signIn, type TestNode } from '#kit';
import {
  beginSecondFactor,
  confirmSecondFactor,
  readSecondFactor,
} from '#node/identity/second-factor/api.ts';
import { codeOfStep } from '#node/identity/second-factor/totp.ts';
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { checkScreen, openBrowser, signInOn, visit, type Visit } from './kit/index.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What an authenticator app shows for a secret that was typed into it. */
function codeFor(secret: string): string {
  const bits = Array.from(secret.replaceAll(' ', ''))
    .map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  return codeOfStep(Uint8Array.from(bytes), Math.floor(Date.now() / 30_000));
}

/** The same node under another of its addresses. */
const at = (node: TestNode, url: string): TestNode =>
  Object.create(node, { url: { value: url } }) as TestNode;

function lanAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}

/** A device that always says yes, with a finger that is always there. */
async function addAuthenticator({ context, page }: Visit): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

const devices = async (page: Page): Promise<string[]> => {
  const { items } = (await (await page.request.get('/api/v1/sessions')).json()) as {
    items: { name: string }[];
  };
  return items.map(({ name }) => name);
};

/** Answers and pictures of the node that this browser keeps. */
const copiesLeft = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const open = indexedDB.open('ored');
    await new Promise((resolve) => (open.onsuccess = resolve));
    const asked = open.result.transaction('cache').objectStore('cache').count();
    await new Promise((resolve) => (asked.onsuccess = resolve));
    open.result.close();
    return asked.result + Number(await caches.has('ored-media'));
  });

describe('security', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  it('lets a second device in by the link of its QR code, once the number is confirmed, and out again', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using phone = await visit(browser, node, { language: 'fr', expected: [/status of 403/] });
    await using desk = await visit(browser, node, { size: 'desktop' });
    await signInOn(desk, owner);
    await desk.open('/security');
    await desk.page.getByRole('link', { name: 'Add a device' }).click();
    await desk.page.getByRole('button', { name: 'Show the code' }).click();
    await desk.page.getByRole('img', { name: 'QR code that opens this node' }).waitFor();
    await checkScreen(desk);
    const code = (await desk.page.locator('.pair-code').textContent()) ?? '';

    await phone.open('/pair');
    await checkScreen(phone);
    await phone.page.getByRole('button', { name: 'Continuer' }).click();
    await phone.page.getByRole('alert').getByText('Saisissez le code').waitFor();
    await phone.open(`/#pair=${code}`);
    const number = await phone.page.locator('.pair-number').textContent();
    assert.equal(new URL(phone.page.url()).hash, '');
    await desk.page.getByText(number ?? '').waitFor();
    await desk.page.getByRole('button', { name: 'Yes, let it in' }).click();
    await phone.page.getByRole('heading', { name: 'Accueil' }).waitFor();
    await desk.page.getByRole('heading', { name: 'Security' }).waitFor();

    // The paired device never gave the passphrase: what cannot be undone asks for it first.
    await phone.open('/security');
    await phone.page.getByRole('button', { name: 'Plus sur Chrome, Android' }).click();
    await phone.page.getByRole('menuitem', { name: 'Renommer' }).click();
    await phone.page.getByRole('textbox', { name: 'Nom' }).fill('Téléphone d’Élise');
    await phone.page.keyboard.press('Enter');
    await phone.page.getByText('Téléphone d’Élise').waitFor();
    await checkScreen(phone);
    await phone.page.getByRole('button', { name: 'Déconnecter tous les autres' }).click();
    const dialog = phone.page.getByRole('dialog', { name: 'Est-ce bien vous ?' });
    await dialog.waitFor();
    await phone.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.equal((await devices(phone.page)).length, 3, 'called off, nobody was signed out');
    await phone.page.getByRole('button', { name: 'Déconnecter tous les autres' }).click();
    await dialog.getByRole('textbox', { name: 'Phrase de passe' }).fill(owner.passphrase);
    await phone.page.keyboard.press('Enter');
    await phone.page.getByText('Tous les autres appareils sont déconnectés.').waitFor();
    assert.deepEqual(await devices(phone.page), ['Téléphone d’Élise']);
    await desk.page.getByText('Your session has ended.').waitFor();

    // Whoever holds a device that was signed out from afar finds no copy of the node on it, with or without network.
    await eventually('no copy is left', async () => (await copiesLeft(desk.page)) === 0);
    await desk.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await desk.offline(true);
    await desk.open('/');
    await desk.page.getByRole('heading', { name: 'Sign in to your node' }).waitFor();
    assert.equal(await desk.page.getByRole('navigation').count(), 0);
  });

  it('asks for the code of the second factor once it is set up, takes a recovery code, and keeps the way', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await using there = await visit(browser, node, { expected: [/status of 400/] });
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/security/second-factor');
    await page.getByRole('button', { name: 'Set it up' }).click();
    await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
    const secret = (await page.locator('.note code').textContent()) ?? '';
    await page.getByRole('textbox').fill('000000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The app shows another code').waitFor();
    await page.getByRole('textbox').fill(codeFor(secret));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await checkScreen(there);
    const codes = await page.locator('.codes code').allTextContents();
    assert.equal(codes.length, 10);
    await page.getByRole('button', { name: 'I have them on paper' }).click();
    await page.getByText('10 recovery codes are left.').waitFor();

    await there.open('/security');
    await page.getByRole('button', { name: 'Sign out on this device' }).click();
    await page.getByRole('heading', { name: 'Sign in to your node' }).waitFor();
    await page.getByRole('textbox', { name: 'Passphrase' }).fill(owner.passphrase);
    await page.keyboard.press('Enter');
    const code = page.getByRole('textbox', { name: 'Code' });
    await code.waitFor();
    await checkScreen(there);
    await code.fill('000000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('This code is not valid').waitFor();
    await code.fill(codes[0] ?? '');
    await page.keyboard.press('Enter');
    // Where one wanted to go.
    await page.getByRole('heading', { name: 'Security' }).waitFor();
    await page.getByText('9 recovery codes left').waitFor();
  });

  it('says how long to wait after too many wrong tries', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    for (let tries = 0; tries < 5; tries += 1) {
      const answer = await node.fetch('/api/v1/sessions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ passphrase: 'not the one at all' }),
      });
      assert.equal(answer.status, 401);
    }
    await using there = await visit(browser, node, { language: 'fr', expected: [/status of 429/] });
    const { page } = there;
    await there.open('/write');
    await page.getByRole('textbox', { name: 'Phrase de passe' }).fill(owner.passphrase);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Trop d’essais. Réessayez dans 15 minutes.').waitFor();
  });

  it('adds a passkey, signs in with it without typing anything, and removes it', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const local = at(node, node.url.replace('127.0.0.1', 'localhost'));
    await using there = await visit(browser, local);
    const { page } = there;
    await signInOn(there, owner);
    await addAuthenticator(there);
    await there.open('/security');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('The passkey is added.').waitFor();
    await page.getByRole('button', { name: 'Sign out on this device' }).click();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('heading', { name: 'Security' }).waitFor();
    await page
      .getByRole('list', { name: 'Passkeys' })
      .getByRole('button', { name: /More about/ })
      .click();
    await page.getByRole('menuitem', { name: 'Remove it' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click();
    await page.getByRole('list', { name: 'Passkeys' }).waitFor({ state: 'detached' });
  });

  it('begins with a passkey that stands for every proof, gains a passphrase, and sheds devices and the second factor', async () => {
    await using node = await makeNode({ name: 'alice' });
    const local = at(node, node.url.replace('127.0.0.1', 'localhost'));
    await using there = await visit(browser, local, { expected: [/status of 403/] });
    const { page } = there;
    await addAuthenticator(there);
    await there.open(`/${new URL(String((await node.running.status()).claim_url)).hash}`);
    for (const heading of ['Who are you?', 'Make it yours']) {
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    }
    await page.getByRole('radio', { name: 'A passkey' }).check();
    await page.getByRole('button', { name: 'Make it mine with a passkey' }).click();
    await page.getByRole('heading', { name: 'Your recovery kit' }).waitFor();
    assert.equal((await node.running.status()).claim_url, null);

    // A node that has started anew knows of no proof: the passkey gives one.
    await there.open('about:blank');
    await node.restart();
    await there.open('/security/passphrase');
    const change = async (next: string): Promise<void> => {
      await page.getByRole('textbox', { name: 'New passphrase' }).fill(next);
      await page.getByRole('button', { name: 'Change it' }).click();
    };
    await change('quatre chevaux très corrects');
    const dialog = page.getByRole('dialog', { name: 'Is it really you?' });
    await dialog.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('The passphrase is changed.').waitFor();

    const tablet = await signIn(node);
    const laptop = await signIn(node);
    await page
      .getByRole('list', { name: 'Devices' })
      .getByRole('button', { name: 'More about node' })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Sign it out' }).click();
    await page.getByText('node is signed out.').waitFor();
    const standing = async (): Promise<number> =>
      (await Promise.all([tablet, laptop].map((one) => one.fetch('/api/v1/status')))).filter(({ ok }) => ok)
        .length;
    assert.equal(await standing(), 1, 'one device and no other');
    await there.open('/security/passphrase');
    await change('cinq chevaux très corrects');
    await page.getByText('The passphrase is changed.').waitFor();
    assert.equal(await standing(), 0);

    const { secret } = await node.call(beginSecondFactor, {});
    await node.call(confirmSecondFactor, { body: { code: codeFor(secret) } });
    await there.open('/security/second-factor');
    await page.getByRole('button', { name: 'Turn it off' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Turn it off' }).click();
    await page.getByText('The second factor is off.').waitFor();
    assert.equal((await node.call(readSecondFactor, {})).since, null);
  });

  it('says over plain http what cannot work and why, lets in only in the insecure mode, and shows it then', async () => {
    const lan = lanAddress();
    assert.ok(lan !== undefined, 'this test needs an address other than loopback');
    const settings = (insecure: boolean): Record<string, Record<string, unknown>> => ({
      edge: { host: '0.0.0.0', hosts: [lan], insecure },
    });
    {
      await using node = await makeNode({ name: 'alice', settings: settings(false) });
      const owner = await claimNode(node);
      const open = at(node, node.url.replace('127.0.0.1', lan));
      await using there = await visit(browser, open, {
        language: 'fr',
        expected: [/status of 403/, /Opener-Policy/],
      });
      const { page } = there;
      await there.open('/');
      await page.getByText('ce nœud n’y laisse personne se connecter').waitFor();
      assert.equal(await page.getByRole('button', { name: 'clé d’accès' }).count(), 0);
      await page.getByRole('textbox', { name: 'Phrase de passe' }).fill(owner.passphrase);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('Cette connexion n’est pas chiffrée').waitFor();
      await page.getByRole('link', { name: 'Que faire' }).click();
      await page.getByRole('heading', { name: 'Cette connexion', level: 1 }).waitFor();
      await page.getByText('ored config set edge.insecure true').waitFor();
      await checkScreen(there);
    }
    await using node = await makeNode({ name: 'alice', settings: settings(true) });
    const owner = await claimNode(node);
    const open = at(node, node.url.replace('127.0.0.1', lan));
    await using there = await visit(browser, open, { expected: [/Opener-Policy/] });
    await signInOn(there, owner);
    const { page } = there;
    await page.getByText('This page is not encrypted').waitFor();
    await page.getByRole('link', { name: 'What this means' }).click();
    await page.getByRole('heading', { name: 'Insecure mode is on' }).waitFor();
    await there.open('/security');
    await page.getByText('Passkeys need an encrypted connection.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Add a passkey' }).count(), 0);
  });
});
