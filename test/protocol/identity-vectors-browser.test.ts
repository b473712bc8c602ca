// The same vectors under the browser's crypto: `#crypto` is resolved as outside Node.
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { it } from 'node:test';
import { checkIdentityVectors } from './check-identity-vectors.ts';

const browser = new URL('../../protocol/crypto/browser.ts', import.meta.url).href;
const loaded: string[] = [];
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved =
      specifier === '#crypto' ? nextResolve(browser, context) : nextResolve(specifier, context);
    loaded.push(resolved.url);
    return resolved;
  },
});
checkIdentityVectors(await import('#protocol'));

it("uses the browser's crypto only", () => {
  assert.ok(loaded.includes(browser));
  assert.ok(!loaded.some((url) => url === 'node:crypto' || url.endsWith('/crypto/node.ts')));
});
