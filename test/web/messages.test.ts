// The messages of the app: complete in both languages, in both directions, with the plurals and the typography of each.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { it } from 'node:test';

const SOURCES = new URL('../../web/src/', import.meta.url);
const areas = readdirSync(SOURCES).filter((area) => existsSync(new URL(`${area}/messages/`, SOURCES)));
const read = (area: string, language: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`${area}/messages/${language}.json`, SOURCES), 'utf8')) as Record<
    string,
    string
  >;
const stem = (key: string): string => key.replace(/_(?:zero|one|two|few|many|other)$/, '');
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name).toSorted();

it('there are messages', () => assert.ok(areas.includes('shell') && areas.includes('posts')));

for (const area of areas) {
  const [en, fr] = [read(area, 'en'), read(area, 'fr')];

  it(`${area}: every message is in both languages, with the same values`, () => {
    assert.deepEqual(
      [...new Set(Object.keys(en).map(stem))].toSorted(),
      [...new Set(Object.keys(fr).map(stem))].toSorted(),
    );
    for (const [key, text] of Object.entries(fr)) {
      const same = en[key] ?? en[`${stem(key)}_other`] ?? '';
      assert.deepEqual(placeholders(text), placeholders(same), key);
    }
  });

  it(`${area}: every plural has the forms of its language`, () => {
    for (const [messages, language] of [
      [en, 'en'],
      [fr, 'fr'],
    ] as const) {
      const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
      const plurals = new Set(
        Object.keys(messages)
          .filter((key) => key !== stem(key))
          .map(stem),
      );
      for (const plural of plurals) {
        const forms = Object.keys(messages).filter((key) => key !== plural && stem(key) === plural);
        assert.deepEqual(
          forms.map((key) => key.slice(plural.length + 1)).toSorted(),
          wanted,
          `${language} ${plural}`,
        );
      }
    }
  });

  it(`${area}: French is set as French is`, () => {
    for (const [key, text] of Object.entries(fr)) {
      assert.equal(/'/.test(text), false, `${key}: ’ instead of '`);
      assert.equal(/"/.test(text), false, `${key}: « » instead of "`);
      assert.equal(
        /[^\u00a0\u202f?!] ?[?!;:»](?:\s|$)/.test(text) || /«[^\u00a0\u202f]/.test(text),
        false,
        `${key}: an unbreakable space before ? ! ; : » and after «`,
      );
      assert.equal(/\.\.\./.test(text), false, `${key}: … instead of ...`);
    }
  });
}
