// Canonical form: documents that every implementation accepts, and one refusal for each rule.
// Written once into protocol/vectors/; tests read the committed files and never this one.

interface Refusal {
  readonly name: string;
  readonly json?: string;
  readonly hex?: string;
  readonly code: string;
}

export function canonicalVectors(): object {
  const refuse = (code: string, cases: Record<string, string>): Refusal[] =>
    Object.entries(cases).map(([name, json]) => ({ name, json, code: `canonical/${code}` }));
  const refuseBytes = (code: string, cases: Record<string, string>): Refusal[] =>
    Object.entries(cases).map(([name, hex]) => ({ name, hex, code: `canonical/${code}` }));
  return {
    description:
      'Canonical form under the strict profile. `json` is the UTF-8 text, `hex` the bytes where they are not UTF-8.',
    valid: [
      { name: 'empty object', json: '{}' },
      { name: 'empty array', json: '[]' },
      { name: 'integers at the bounds', json: '[-9007199254740991,-1,0,9007199254740991]' },
      { name: 'short and long escapes', json: '"\\b\\t\\n\\f\\r\\u0001\\u001f\\"\\\\/"' },
      { name: 'DEL and what follows stand for themselves', json: '"\u007f\u0080\u2028\ufeff"' },
      { name: 'surrogate pair sorts before U+FB33', json: '{"\u{1F602}":1,"\uFB33":2}' },
      { name: 'escaped keys sort by what they mean', json: '{"\\n":1,"\\r":2,"\\"":3,"a":4}' },
      { name: 'a prefix sorts first', json: '{"":0,"a":1,"aa":2,"b":3}' },
      { name: 'sixteen levels', json: '['.repeat(16) + ']'.repeat(16) },
      { name: 'keys that only resemble forbidden ones', json: '{"__proto":1,"constructors":2}' },
    ],
    invalid: [
      ...refuse('syntax', {
        'nothing at all': '',
        'unfinished string': '"abc',
        'unfinished object': '{"a":1',
        'trailing comma': '[1,]',
        'two values': '1 2'.replace(' ', 'x'),
        'leading zero': '01',
        'plus sign': '+1',
        'bare minus': '-',
        'raw control character': '"\u0001"',
        'unknown escape': '"\\x41"',
        'three hexadecimal digits': '"\\u12"',
        'wrong literal': 'nul1',
        'single quotes': "'a'",
        'key that is no string': '{1:2}',
        'missing colon': '{"a"1}',
      }),
      ...refuse('not-canonical', {
        'leading space': ' {}',
        'trailing newline': '{}\n',
        'space after comma': '[1, 2]',
        'space after colon': '{"a": 1}',
        'keys out of order': '{"b":1,"a":2}',
        'keys in UTF-8 order': '{"\uFB33":2,"\u{1F602}":1}',
        'escaped solidus': '"\\/"',
        'escaped letter': '"\\u0061"',
        'escaped pair': '"\\ud83d\\ude02"',
        'upper-case digits': '"\\u001F"',
        'long form of a short escape': '"\\u000a"',
      }),
      ...refuse('number', {
        fraction: '1.5',
        'fraction that is whole': '1.0',
        exponent: '1e3',
        'minus zero': '-0',
        'above 2^53-1': '9007199254740992',
        'below -(2^53-1)': '-9007199254740992',
        'beyond any double': '1e400',
        'many digits': '9'.repeat(40),
      }),
      ...refuse('duplicate-key', {
        'same key twice': '{"a":1,"a":1}',
        'same escaped key twice': '{"\\n":1,"\\n":2}',
      }),
      ...refuse('forbidden-key', {
        __proto__key: '{"__proto__":1}',
        constructor_key: '{"constructor":1}',
        prototype_key: '[{"prototype":1}]',
      }),
      ...refuse('depth', {
        'seventeen arrays': '['.repeat(17) + ']'.repeat(17),
        'seventeen objects': '{"a":'.repeat(17) + '1' + '}'.repeat(17),
      }),
      ...refuse('nul', { 'escaped NUL': '"\\u0000"' }),
      ...refuse('lone-surrogate', {
        'high alone': '"\\ud800"',
        'low alone': '"\\udc00"',
        'high twice': '"\\ud800\\ud800"',
      }),
      ...refuseBytes('utf8', {
        'byte order mark': 'efbbbf7b7d',
        'lone continuation byte': '228022',
        'overlong slash': '22c0af22',
        'overlong three bytes': '22e0808022',
        'surrogate in three bytes': '22eda08022',
        'above U+10FFFF': '22f490808022',
        'cut sequence': '22e282',
        'Latin-1 letter': '22e922',
      }),
      ...refuseBytes('syntax', { 'raw NUL': '220022' }),
    ],
  };
}
