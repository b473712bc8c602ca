// Words of people as data: marks are found, everything else comes out as it went in, and links say where they lead.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAddress } from '../../web/src/text/link-address.ts';
import { cutText, parseInline, parseText, type Inline } from '../../web/src/content/rich-text.ts';

const plain = (inlines: readonly Inline[]): string =>
  inlines
    .map((inline) => {
      if (inline.kind === 'strong' || inline.kind === 'emphasis') return plain(inline.of);
      return inline.kind === 'mention' ? `@${inline.who}` : inline.text;
    })
    .join('');

describe('marks in words', () => {
  it('finds emphasis, code, links and mentions', () => {
    const found = parseInline('**Oui** et _non_, `x < 1`, @bob@b.example : https://a.example/b_c_d.');
    assert.deepEqual(
      found.filter(({ kind }) => kind !== 'text'),
      [
        { kind: 'strong', of: [{ kind: 'text', text: 'Oui' }] },
        { kind: 'emphasis', of: [{ kind: 'text', text: 'non' }] },
        { kind: 'code', text: 'x < 1' },
        { kind: 'mention', who: 'bob@b.example' },
        { kind: 'link', address: 'https://a.example/b_c_d', text: 'https://a.example/b_c_d' },
      ],
    );
  });

  it('leaves alone what only looks like a mark', () => {
    for (const text of [
      '2 * 3 * 4',
      'snake_case_name',
      'a@b.example',
      '** no **',
      '`never closed',
      'javascript:alert(1)',
      '[x](javascript:alert(1))',
      '<b onclick="x">',
    ]) {
      assert.deepEqual(parseInline(text), [{ kind: 'text', text }]);
    }
  });

  it('gives back every character of hostile words', () => {
    const hostile = [
      '<script>',
      '*'.repeat(20_000),
      '[('.repeat(9_000),
      '`'.repeat(9_999),
      '_a '.repeat(9_000),
    ];
    for (const text of [...hostile, `@${'a'.repeat(40_000)}`, 'https://'.repeat(5_000)]) {
      assert.equal(plain(parseInline(text)).length <= text.length, true);
      assert.equal(plain(parseInline(text)).replaceAll(/[*_`]/g, ''), text.replaceAll(/[*_`]/g, ''));
    }
  });

  it('makes paragraphs, lists, quotes and code of lines', () => {
    const blocks = parseText('One\ntwo\n\n- a\n- b\n\n3. c\n\n> q\n\n```\n**raw**\n```\nend');
    assert.deepEqual(
      blocks.map((block) => (block.kind === 'list' ? [block.kind, block.from] : block.kind)),
      ['paragraph', ['list', null], ['list', 3], 'quote', 'code', 'paragraph'],
    );
    assert.deepEqual(blocks[4], { kind: 'code', text: '**raw**' });
  });

  it('cuts a long text between words, else between characters as people see them', () => {
    assert.equal(cutText('aaaa bbbb cccc', 10), 'aaaa bbbb');
    const family = '👨‍👩‍👧'.repeat(30);
    assert.equal(cutText(family, 100).length % '👨‍👩‍👧'.length, 0);
  });
});

describe('where a link leads', () => {
  it('is said by its host, whatever its label and path', () => {
    assert.equal(readAddress('https://www.a.example/')?.shown, 'a.example');
    assert.equal(readAddress(`https://a.example/${'x'.repeat(200)}`)?.shown.length, 48);
    assert.equal(readAddress('https://a.example/', 'the page')?.doubt, null);
    assert.equal(readAddress('https://www.a.example/x', 'a.example')?.doubt, null);
  });

  it('is doubted when the name, the user part or the label looks like another', () => {
    assert.equal(readAddress('https://аррӏе.com/')?.doubt, 'lookalike');
    assert.equal(readAddress('https://bank.example@evil.example/')?.doubt, 'disguise');
    assert.equal(readAddress('https://evil.example/', 'https://bank.example')?.doubt, 'label');
    assert.equal(readAddress('https://192.0.2.7/')?.doubt, 'address');
    assert.equal(readAddress('ftp://a.example/'), undefined);
  });
});
