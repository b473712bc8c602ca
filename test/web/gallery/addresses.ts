// Every screen of THE LIST of the app, as an address of the village: its code is the browser's, so the paths are read,
// not run. A screen that is added is found here without another line.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import type { Language } from '../kit/index.ts';
import type { Village } from './village.ts';

const paths = globSync('web/src/*/feature.ts').flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/\bpath: '([^']+)'/g)].map(([, path = '']) => path),
);

export interface Address {
  /** As a file is called: `security-passphrase`. */
  readonly name: string;
  readonly at: string;
  /** What is chosen on it first, where that shows more. */
  readonly choose?: Readonly<Record<Language, string>>;
}

/** Names of those whose path says less, or nothing. */
const names: Readonly<Record<string, string>> = {
  '/': 'home',
  '/messages/:who': 'conversation',
  '/people/:who': 'person',
  '/post/:author/:id': 'post',
};

const chosen: Readonly<Record<string, Address['choose']>> = {
  '/deliveries': { en: 'At the registry', fr: 'Au registre' },
};

export function addressesOf({ lea, post }: Pick<Village, 'lea' | 'post'>): readonly Address[] {
  assert.ok(paths.length > 20, `only ${paths.length} screens were found`);
  const [author = '', , id = ''] = post.replace('orf://', '').split('/');
  return [...paths, '/more', '/nowhere'].map((path) => {
    const asked = path === '/search' ? '?q=fleuve' : '';
    const at = path.replace(':who', lea.nodeId).replace(':author', author).replace(':id', id) + asked;
    assert.equal(at.includes(':'), false, `${path}: the gallery does not know what stands for its parts`);
    const name = names[path] ?? path.slice(1).replaceAll('/', '-');
    const choose = chosen[path];
    return choose === undefined ? { name, at } : { name, at, choose };
  });
}
