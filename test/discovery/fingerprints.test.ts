// Two people compare what they see of each other: the words, or the text of a QR code.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { befriend, makeTown } from '../conversations/rig.ts';

interface Shown {
  readonly node_id: string;
  readonly fingerprint: { readonly words: string[]; readonly hex: string[] };
  readonly code: string;
  readonly matches: boolean | null;
}

it('shows of a friend what the friend sees of himself, and tells a fitting code from another', async () => {
  await using town = await makeTown('alice', 'bob', 'carol');
  const { alice, bob, carol } = town.people;
  await befriend(alice, bob);
  const seen = (await alice.ored('id', 'compare', 'bob')) as Shown;
  const own = (await bob.ored('id', 'show')) as Shown;
  assert.deepEqual(
    { node_id: seen.node_id, fingerprint: seen.fingerprint, code: seen.code, matches: seen.matches },
    { node_id: bob.nodeId, fingerprint: own.fingerprint, code: own.code, matches: null },
  );
  assert.equal(((await alice.ored('id', 'compare', 'bob', '--code', own.code)) as Shown).matches, true);
  const foreign = ((await carol.ored('id', 'show')) as Shown).code;
  const wrong = await alice.cli(['id', 'compare', 'bob', '--code', foreign]);
  assert.deepEqual([wrong.code, (wrong.json() as Shown).matches], [1, false]);
  assert.equal((await alice.cli(['id', 'compare', 'bob', '--code', 'no code'])).code, 65);
  assert.notEqual((await alice.cli(['id', 'compare', 'nobody-here'])).code, 0);
});
