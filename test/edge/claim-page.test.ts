// The page behind the claim link, in both languages, under the strict policy, and the claim that its form makes.
import { makeNode } from '#kit';
import { getStatus } from '#node/edge/http/api.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

/** A node without the built web app, which would stand in the place of the page. */
const NO_APP = '/nowhere';

describe('the first page of a new node without the web app', () => {
  it('holds the form of the claim link, hidden until the link brings its token', async () => {
    await using node = await makeNode({ name: 'alice', webDir: NO_APP });
    for (const [language, words] of [
      ['fr', 'Prenez-en possession'],
      ['en', 'Make it yours'],
    ] as const) {
      const page = await node.fetch('/', { headers: { 'accept-language': language } });
      const html = await page.text();
      assert.match(html, new RegExp(`<html lang="${language}">`));
      assert.match(html, /<form id="claim" hidden/);
      assert.ok(html.includes(words));
      assert.equal(/<script(?![^>]*src=)|\son\w+=/.test(html), false, 'no inline script');
      assert.equal(html.includes('claim='), false, 'the page never shows the link itself');
    }
    const script = await node.fetch('/claim.js');
    assert.match(script.headers.get('content-type') ?? '', /^text\/javascript/);
  });

  it('shows the form no more once the node has its owner', async () => {
    await using node = await makeNode({ name: 'alice', webDir: NO_APP });
    const status = await node.call(getStatus, {});
    const token = new URLSearchParams(new URL(String(status.claim_url)).hash.slice(1)).get('claim');
    const claim = await node.fetch('/api/v1/claim', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, passphrase: 'trois mots et un quatre' }),
    });
    assert.equal(claim.status, 201);
    assert.equal((await (await node.fetch('/')).text()).includes('<form'), false);
  });
});
