// Writes protocol/vectors/*.json for the operations of the wire format, from fixed keys, times and ids, so that a
// second run gives the same bytes. Tests read the committed files and never call this. A published vector is not
// edited: a change of format adds a version.
import { writeFileSync } from 'node:fs';
import { canonicalVectors } from './vectors/canonical.ts';
import { envelopeVectors } from './vectors/envelope.ts';
import { documentVectors } from './vectors/documents.ts';
import { messageVectors } from './vectors/messages.ts';
import { sealVectors } from './vectors/seal.ts';

const files: Record<string, object> = {
  canonical: canonicalVectors(),
  ...envelopeVectors(),
  ...documentVectors(),
  ...messageVectors(),
  ...(await sealVectors()),
};
for (const [name, content] of Object.entries(files)) {
  const url = new URL(`../protocol/vectors/${name}.json`, import.meta.url);
  writeFileSync(url, JSON.stringify(content, null, 1) + '\n');
}
