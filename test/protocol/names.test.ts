// Usernames, their look-alikes, and display names (docs/protocol.md "Names", docs/security.md L5, R2).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  cleanDisplayName,
  isReservedUsername,
  parseNewUsername,
  parseUsername,
  usernameSkeleton,
} from '#protocol';

describe('a username', () => {
  it('has 3 to 32 characters of the grammar', () => {
    for (const name of ['bob', 'a-b', 'a_b', '123', 'aminata22', 'a'.repeat(32)])
      assert.equal(parseUsername(name), name);
    for (const name of [
      '',
      'ab',
      'a'.repeat(33),
      '-ab',
      'ab-',
      '_ab',
      'a b',
      'a.b',
      'a@b',
      'bob\n',
      'bob\0',
      'a/b',
    ]) {
      assert.throws(() => parseUsername(name), { code: 'names/username' }, name);
    }
  });

  it('is lower-case ASCII, and the refusal says what to write', () => {
    assert.throws(
      () => parseUsername('Alice'),
      (error: Error & { code?: string }) =>
        error.code === 'names/upper-case' && error.message.includes('alice'),
    );
    for (const name of ['élise', 'аlice', 'ａｌｉｃｅ', '𝓪lice', 'ali\u200bce', 'ﬁona', 'İpek']) {
      assert.throws(() => parseUsername(name), { code: 'names/not-ascii' }, name);
    }
  });

  it('is not reserved, nor does it look reserved', () => {
    assert.equal(parseNewUsername('aminata'), 'aminata');
    for (const name of [
      'admin',
      'adm1n',
      'r00t',
      'o-r-e-d',
      '0red',
      'supp0rt',
      'adrnin',
      'vvww',
      'well_known',
    ]) {
      assert.throws(() => parseNewUsername(name), { code: 'names/reserved' }, name);
    }
    assert.equal(isReservedUsername('admins'), false);
  });
});

describe('the skeleton of a username', () => {
  const same: [string, string][] = [
    ['alice', 'Alice'],
    ['bob', 'b0b'],
    ['alice', 'a1ice'],
    ['alice', 'allce'],
    ['marc', 'rnarc'],
    ['wim', 'vvim'],
    ['anne-marie', 'anne_marie'],
    ['anne-marie', 'annemarie'],
    ['alice', 'ａｌｉｃｅ'],
    ['modern', 'modem'],
    ['sas', '5a5'],
    ['corn', 'cor-n'],
  ];
  for (const [one, other] of same) {
    it(`is one for ${one} and ${other}`, () => assert.equal(usernameSkeleton(one), usernameSkeleton(other)));
  }

  it('keeps names apart that look different', () => {
    const names = [
      'alice',
      'alicia',
      'bob',
      'bab',
      'marc',
      'mark',
      'anna',
      ...Array.from({ length: 10 }, (_, i) => `ami${i}`),
    ];
    assert.equal(new Set(names.map(usernameSkeleton)).size, names.length);
  });

  it('of a skeleton is the skeleton', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9_-]{0,32}$/),
        (name) => usernameSkeleton(usernameSkeleton(name)) === usernameSkeleton(name),
      ),
    );
  });
});

describe('a display name', () => {
  it('may be written in any script, with emoji', () => {
    for (const name of [
      'Aminata Diallo',
      'Élise',
      'محمد',
      'שָׁלוֹם',
      'ตั้งใจ',
      'Nguyễn Văn',
      'Ọlọ́run',
      '李小龍',
      'ߞߐߣߐ',
      'Zoé 👩🏾‍🚀',
      'O’Brien',
      'می‌خواهم',
      '🇸🇳',
      '❤️',
    ]) {
      assert.equal(cleanDisplayName(name), name.normalize('NFC'));
    }
  });

  it('is composed, and its white space made plain', () => {
    assert.equal(cleanDisplayName('  E\u0301lise \t\n  B.\u00a0'), 'Élise B.');
  });

  it('has at most 64 characters as people count them', () => {
    assert.equal(cleanDisplayName('a'.repeat(64)).length, 64);
    assert.equal(cleanDisplayName('👩🏾‍🚀'.repeat(30)), '👩🏾‍🚀'.repeat(30));
    for (const name of ['a'.repeat(65), 'a'.repeat(10_000_000)]) {
      assert.throws(() => cleanDisplayName(name), { code: 'names/display-too-long' });
    }
  });

  it('is refused with controls of direction', () => {
    for (const code of [0x202a, 0x202e, 0x2066, 0x2069, 0x200e, 0x200f, 0x61c]) {
      assert.throws(() => cleanDisplayName(`bob${String.fromCodePoint(code)}nimda`), {
        code: 'names/display-bidi',
      });
    }
  });

  it('is refused with what cannot be seen or is not assigned', () => {
    for (const code of [
      0, 7, 0x1b, 0x7f, 0x85, 0xad, 0x200b, 0x2028, 0x2060, 0xfeff, 0xe000, 0xe0041, 0xd800, 0xffff, 0x3164,
      0x2800,
    ]) {
      assert.throws(
        () => cleanDisplayName(`b${String.fromCodePoint(code)}b`),
        { code: 'names/display-control' },
        code.toString(16),
      );
    }
    for (const name of ['\u200dbob', 'bob\u200d', 'b\u200d\u200db', 'b \u200db']) {
      assert.throws(() => cleanDisplayName(name), { code: 'names/display-control' });
    }
  });

  it('is refused with piled accents', () => {
    assert.throws(() => cleanDisplayName(`a${'\u0316'.repeat(5)}`), { code: 'names/display-marks' });
    assert.throws(() => cleanDisplayName(`é${'\u0316'.repeat(4)}`), { code: 'names/display-marks' });
    assert.ok(cleanDisplayName(`a${'\u0316'.repeat(4)}`));
  });

  it('is refused when nothing of it is visible', () => {
    for (const name of ['', '   ', '\u3000', '\u0301']) {
      assert.throws(() => cleanDisplayName(name), { code: 'names/display-empty' });
    }
  });

  it('is clean after cleaning', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        let name: string;
        try {
          name = cleanDisplayName(text);
        } catch {
          return true;
        }
        return cleanDisplayName(name) === name;
      }),
    );
  });
});
