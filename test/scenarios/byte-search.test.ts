// The search that other tests trust: it must find what is there, in each form and at each alignment.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findForm } from './byte-search.ts';

const text = 'la clé sous les géraniums';
const bytes = Buffer.from(text);
const around = (middle: Buffer): Buffer =>
  Buffer.concat([Buffer.from('before '), middle, Buffer.from(' after')]);

describe('the search for bytes', () => {
  const forms: Record<string, (before: Buffer) => Buffer> = {
    'as it is': (before) => Buffer.concat([before, bytes]),
    'UTF-16': (before) => Buffer.from(before.toString('latin1') + text, 'utf16le'),
    'UTF-16, big end first': (before) => Buffer.from(before.toString('latin1') + text, 'utf16le').swap16(),
    hexadecimal: (before) => Buffer.from(Buffer.concat([before, bytes]).toString('hex')),
    'capital hexadecimal': (before) =>
      Buffer.from(Buffer.concat([before, bytes]).toString('hex').toUpperCase()),
    base64: (before) => Buffer.from(Buffer.concat([before, bytes, Buffer.from('x')]).toString('base64')),
    base64url: (before) =>
      Buffer.from(Buffer.concat([before, bytes, Buffer.from('y')]).toString('base64url')),
    'JSON escapes': () => Buffer.from('la cl\\u00e9 sous les g\\u00e9raniums'),
  };
  for (const [form, make] of Object.entries(forms)) {
    it(`finds a text in the form: ${form}`, () => {
      for (const length of [0, 1, 2, 3]) {
        const hay = around(make(Buffer.alloc(length, 'z')));
        assert.notEqual(findForm(hay, text), undefined, `after ${length} bytes`);
      }
    });
  }

  it('finds a key as it is, in hexadecimal and in base64, and nothing where nothing is', () => {
    const key = Buffer.from('f0e1d2c3b4a5968778695a4b3c2d1e0f00112233445566778899aabbccddeeff', 'hex');
    for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const) {
      const hay = around(Buffer.from(key.toString(encoding), 'latin1'));
      assert.notEqual(findForm(hay, key), undefined, encoding);
    }
    assert.equal(findForm(around(Buffer.from(text)), key), undefined);
    assert.equal(findForm(around(key), text), undefined);
  });
});
