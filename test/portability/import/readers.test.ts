// The pure parts of an import: cutting a list out of JSON, HTML as text, activities as notes.
// Whatever comes in, what comes out is text that this node would sign.
import { noteOf, archivePath, tamed } from '#node/portability/import/activity.ts';
import { htmlToText } from '#node/portability/import/html-text.ts';
import { jsonItems, type JsonItem } from '#node/portability/import/json-items.ts';
import { cleanText } from '#protocol/messages';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { note, originOf } from './archives.ts';

async function itemsOf(text: string, chunk: number): Promise<JsonItem[]> {
  const bytes = Buffer.from(text);
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const items: JsonItem[] = [];
  for await (const item of jsonItems(parts(), 'list')) items.push(item);
  return items;
}

describe('hostile HTML', () => {
  it('takes time by its length and no more: the node answers others meanwhile', () => {
    const hostile = [
      '<p>a',
      '<li>x',
      '<br>',
      'x<b>y</b>',
      '<blockquote>a</blockquote>',
      '<a href="http://x">y',
      ' ',
    ];
    const began = performance.now();
    for (const part of hostile) {
      const html = part.repeat(Math.floor(300_000 / part.length));
      assert.ok(htmlToText(html).length <= 3 * html.length);
    }
    const quoted = `${'<blockquote>'.repeat(100)}${'a<p>'.repeat(70_000)}`;
    assert.ok(htmlToText(quoted).startsWith('> '));
    // A twentieth of a second each; quadratic time took twelve seconds.
    assert.ok(performance.now() - began < 8_000);
  });
});

describe('a list in a JSON document', () => {
  it('comes out member by member, however the bytes are cut and spaced', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.jsonValue(),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        async (list, other, chunk, spaced) => {
          const text = JSON.stringify({ before: other, 'a"]': 1, list, after: other }, null, spaced ? 2 : 0);
          const items = await itemsOf(text, chunk);
          assert.deepEqual(
            items,
            (JSON.parse(JSON.stringify(list)) as unknown[]).map((value) => ({ value })),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is refused when it is not there or not closed', async () => {
    for (const text of [
      '',
      '{}',
      '[1]',
      '{"list":[1',
      '{"list":[1]',
      '{"list":[1]}}',
      '{"x":{"list":[1]}}',
      '<html>',
    ]) {
      await assert.rejects(itemsOf(text, 3), { code: 'portability/outbox-unprocessable' }, text);
    }
  });

  it('passes over a member that is broken or over its bound', async () => {
    const large = JSON.stringify('x'.repeat(1_200_000));
    const items = await itemsOf(`{"list":[1, {"a": tru}, ${large}, 2]}`, 10_000);
    assert.deepEqual(items, [{ value: 1 }, { skipped: 'malformed' }, { skipped: 'too-large' }, { value: 2 }]);
  });
});

describe('the HTML of a post', () => {
  it('becomes its words, with paragraphs, lists, quotes and the addresses of links', () => {
    const names = new Map([['https://a.example/@ana', '@ana@a.example']]);
    const cases: readonly (readonly [string, string])[] = [
      ['<p>one<br>two</p><p>three</p>', 'one\ntwo\n\nthree'],
      ['a &lt;b&gt; &amp;amp; &#39;c&#39;', "a <b> &amp; 'c'"],
      [
        '<a href="https://x.example/long/path"><span class="invisible">https://</span><span class="ellipsis">x.example/long</span><span class="invisible">/path</span></a>',
        'https://x.example/long/path',
      ],
      ['<a href="https://x.example">a friend</a>!', 'a friend (https://x.example)!'],
      ['<a href="javascript:alert(1)">click</a>', 'click'],
      [
        '<a href="https://a.example/@ana" class="u-url mention">@<span>ana</span></a> hi',
        '@ana@a.example hi',
      ],
      ['<a href="https://x.example/tags/bee" class="mention hashtag">#<span>bee</span></a>', '#bee'],
      ['<ul><li>a</li><li>b</li></ul>', '- a\n- b'],
      ['<blockquote><p>said</p></blockquote><p>so</p>', '> said\n\nso'],
      ['x<script>alert(1)</script><style>p{}</style><svg onload=alert(1)><a>y</a></svg>z', 'xz'],
      ['<p>unclosed <b>and <i>crossed</b> tags', 'unclosed and crossed tags'],
      ['<img src=x onerror=alert(1)>', ''],
    ];
    for (const [html, text] of cases) assert.equal(htmlToText(html, names), text, html);
  });

  it('is cut where it goes deeper than anybody writes', () => {
    assert.equal(htmlToText(`shallow${'<div>'.repeat(90_000)}deep`), 'shallow');
    assert.equal(htmlToText(`${'<div>'.repeat(300)}deep`), 'deep');
    assert.equal(htmlToText(`${'<a href="https://x.example">'.repeat(5)}deep`), 'deep (https://x.example)');
  });
});

describe('an activity', () => {
  const now = Date.parse('2024-01-01T00:00:00Z');

  it('always becomes a text that this node signs, or a reason', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const clean = tamed(text, 100);
        assert.equal(cleanText(clean, 100), clean);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (object, to) => {
        for (const type of ['Create', 'Announce']) {
          const found = noteOf({ type, to, published: '2020-01-01T00:00:00Z', object }, now);
          assert.ok('skipped' in found || found.text.length <= 50_000);
        }
      }),
    );
  });

  it('of somebody else is not taken for the owner’s', () => {
    const theirs = note({ n: 1, html: 'x', more: { attributedTo: 'https://other.example/users/eve' } });
    assert.deepEqual(noteOf(theirs, now), { skipped: 'malformed' });
    const own = noteOf(note({ n: 1, html: 'x' }), now);
    assert.equal('origin' in own ? own.origin : '', originOf(1));
  });

  it('names its files by their place in the archive, wherever the server kept them', () => {
    const inside = 'media_attachments/files/1/original/a.png';
    for (const url of [
      inside,
      `/${inside}`,
      `/system/${inside}`,
      `https://cdn.example/bucket/${inside}?x=1`,
    ]) {
      assert.equal(archivePath(url), inside, url);
    }
    assert.equal(archivePath('media_attachments/../../etc/passwd'), undefined);
  });
});
