// The web app as the node serves it: policy, caching, compression, and what it never answers for.
import { claimNode, makeNode, temporaryFolder } from '#kit';
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'node:test';

const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };

/** As on the wire: fetch would unpack, and name a mode of its own. */
function rawGet(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; encoding: string | undefined; type: string; text: string }> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          encoding: answer.headers['content-encoding'],
          type: answer.headers['content-type'] ?? '',
          text: Buffer.concat(pieces).toString('utf8'),
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe('the web app of a node that has its owner', () => {
  it('opens under a strict policy, without anything inline, and is asked for again each time', async () => {
    await using node = await makeNode({ name: 'alice' });
    await claimNode(node);
    const page = await node.fetch('/', { headers: navigation });
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "require-trusted-types-for 'script'",
      'trusted-types ored',
      "frame-ancestors 'none'",
    ]) {
      assert.ok(policy.split('; ').includes(rule), rule);
    }
    assert.equal(/unsafe|https?:|\*/.test(policy), false);
    assert.equal(page.headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(page.headers.get('cache-control'), 'no-cache');
    assert.equal(/<script(?![^>]*src=)|\son\w+=|<style|\sstyle=/.test(html), false, 'nothing inline');

    const etag = page.headers.get('etag') ?? '';
    const again = await node.fetch('/', { headers: { ...navigation, 'if-none-match': etag } });
    assert.equal(again.status, 304);
  });

  it('gives hashed files for ever, compressed as the browser can, and the service worker never from a cache', async () => {
    await using node = await makeNode({ name: 'alice' });
    await claimNode(node);
    const html = await (await node.fetch('/', { headers: navigation })).text();
    const script = /src="(\/assets\/index-[^"]+\.js)"/.exec(html)?.[1] ?? '';
    const answer = await node.fetch(script);
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.match(answer.headers.get('content-type') ?? '', /^text\/javascript/);
    assert.equal((await rawGet(node.url + script, { 'accept-encoding': 'gzip, br' })).encoding, 'br');
    assert.equal((await rawGet(node.url + script, { 'accept-encoding': 'gzip, br;q=0' })).encoding, 'gzip');
    assert.equal((await rawGet(node.url + script, {})).encoding, undefined);
    assert.equal((await node.fetch('/sw.js')).headers.get('cache-control'), 'no-cache');
  });

  it('answers every navigation that nobody else does, and never one of the API, the protocol or its own files', async () => {
    await using node = await makeNode({ name: 'alice' });
    await claimNode(node);
    const deep = await rawGet(`${node.url}/write`, navigation);
    assert.match(deep.text, /<div id="root">/);
    for (const path of [
      '/api/v1/none',
      '/api',
      '/orf/v1/none',
      '/health/none',
      '/.well-known/none',
      '/assets/none.js',
    ]) {
      const answer = await rawGet(node.url + path, navigation);
      assert.equal(answer.status, 404, path);
      assert.match(answer.type, /problem\+json/, path);
    }
    assert.equal((await node.fetch('/write', { headers: { accept: 'application/json' } })).status, 404);
    assert.equal((await node.fetch('/write', { method: 'POST', headers: navigation })).status, 404);
    assert.equal((await node.fetch('/assets/..%2f..%2fpackage.json')).status, 404);
    assert.equal((await node.fetch('/build.json')).status, 404);
  });
});

describe('a node without a built web app', () => {
  it('serves everything else', async () => {
    using empty = temporaryFolder();
    await using node = await makeNode({ name: 'alice', webDir: empty.path });
    await claimNode(node);
    assert.match(await (await node.fetch('/', { headers: navigation })).text(), /alice’s node/);
    assert.equal((await rawGet(`${node.url}/write`, navigation)).status, 404);
    assert.equal((await node.fetch('/health/live')).status, 200);
  });
});
