// Links in texts: found, ended where people end them, and marked when their host hides what it is.
import { splitLinks } from '#protocol/text-links.ts';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const links = (text: string) =>
  splitLinks(text).flatMap((part) => (part.kind === 'link' ? [[part.href, part.warnings]] : []));

describe('links in a text', () => {
  it('are http and https only, and end before what ends the sentence', () => {
    assert.deepEqual(links('Voir https://a.example/x, (https://b.example/y) et http://c.example/z_(w)!'), [
      ['https://a.example/x', []],
      ['https://b.example/y', []],
      ['http://c.example/z_(w)', []],
    ]);
    for (const text of [
      'javascript:alert(1)',
      'data:text/html,x',
      'https://',
      'http:///',
      'https://a.example" onclick="x'.replace('https', 'htps'),
      `https://a.example/${'x'.repeat(2_000)}`,
    ]) {
      assert.deepEqual(links(text), [], text);
    }
    assert.deepEqual(links('https://a.example/"onmouseover=alert(1)'), [['https://a.example/', []]]);
  });

  it('say when their host hides what it is', () => {
    const warnings = (text: string) => links(text)[0]?.[1];
    // A Cyrillic а in a Latin name.
    assert.deepEqual(warnings('https://p\u0430ypal.com'), ['mixed-scripts', 'foreign-letters']);
    assert.deepEqual(warnings('https://xn--pypal-4ve.com'), ['foreign-letters']);
    assert.deepEqual(warnings('https://пример.рф/'), ['foreign-letters']);
    assert.deepEqual(warnings('http://2130706433/'), ['address']);
    assert.deepEqual(warnings('http://[::1]/'), ['address']);
    assert.deepEqual(warnings('https://bank.example@evil.example/'), ['hidden-host']);
    assert.deepEqual(warnings('https://bank.example/'), []);
  });

  it('and what stands between them make up the text again; at most a hundred are links', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.webUrl(), fc.string({ unit: 'grapheme' }))), (pieces) => {
        const text = pieces.join(' ');
        assert.equal(
          splitLinks(text)
            .map((part) => part.text)
            .join(''),
          text,
        );
      }),
    );
    const many = splitLinks('https://a.example '.repeat(10_000));
    assert.equal(many.filter(({ kind }) => kind === 'link').length, 100);
  });
});
