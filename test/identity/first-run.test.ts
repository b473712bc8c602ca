// The first run as the app makes it: a session by the link, then the steps in any order; interrupted and gone on with.
// What cannot be ticked off is not: a credential and the kit are facts.
import { claimNode, makeNode } from '#kit';
import { changeProfile } from '#node/people/api.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bearer, makeHttpRig, passphrase, type Answer, type BearerGrant, type HttpRig } from './http-rig.ts';
import { inFolder } from './rig.ts';

async function open(http: HttpRig): Promise<string> {
  const body = { token: http.claimToken(), mode: 'bearer' };
  const answer = await http.call('POST', '/api/v1/claim', { body });
  assert.equal(answer.status, 201, answer.text);
  return (answer.json as unknown as BearerGrant).access_token;
}

const welcome = async (http: HttpRig, token: string): Promise<{ done: boolean; states: unknown[] }> => {
  const { json } = await http.call('GET', '/api/v1/welcome', bearer(token));
  return {
    done: json.done as boolean,
    states: (json.steps as { state: string }[]).map(({ state }) => state),
  };
};
const note = (http: HttpRig, token: string, step: string, body: object = {}): Promise<Answer> =>
  http.call('PUT', `/api/v1/welcome/${step}`, { body, ...bearer(token) });

describe('the first run', () => {
  it('goes on where it was after a restart, by the same link until there is a credential', async () => {
    await inFolder(async (dataDir) => {
      let link = '';
      {
        await using http = await makeHttpRig(dataDir);
        link = http.claimToken();
        const token = await open(http);
        assert.deepEqual(await welcome(http, token), {
          done: false,
          states: ['open', 'open', 'open', 'open', 'open'],
        });
        assert.equal((await note(http, token, 'language', { language: 'fr' })).status, 204);
        assert.equal((await note(http, token, 'profile', { state: 'later' })).status, 204);
      }
      await using http = await makeHttpRig(dataDir, { init: false });
      assert.equal(http.claimToken(), link);
      const token = await open(http);
      assert.deepEqual((await welcome(http, token)).states, ['done', 'later', 'open', 'open', 'open']);
      assert.equal((await http.call('GET', '/api/v1/context')).json.language, 'fr');
      const chosen = await http.call('PUT', '/api/v1/passphrase', {
        body: { next: passphrase },
        ...bearer(token),
      });
      assert.equal(chosen.status, 204, chosen.text);
      assert.equal(http.claimToken(), '');
      // The kit follows at once: choosing a passphrase is a proof.
      const kit = await http.call('POST', '/api/v1/identity/kit', { body: {}, ...bearer(token) });
      const words = kit.json.words as string[];
      assert.equal(words.length, 24);
      const asked = (kit.json.check as number[]).map((position) => words[position - 1]);
      const wrong = await http.call('POST', '/api/v1/identity/kit/confirm', {
        body: { words: ['zèbre', 'orbite'] },
        ...bearer(token),
      });
      assert.equal(wrong.json.code, 'identity/kit-words');
      const confirmed = await http.call('POST', '/api/v1/identity/kit/confirm', {
        body: { words: asked },
        ...bearer(token),
      });
      assert.equal(confirmed.json.recovery, 'confirmed');
      assert.equal((await welcome(http, token)).done, false);
      assert.equal((await note(http, token, 'people', { state: 'later' })).status, 204);
      assert.deepEqual(await welcome(http, token), {
        done: true,
        states: ['done', 'later', 'done', 'done', 'later'],
      });
    });
  });

  it('ticks off neither a credential nor the kit; the kit can be left for later', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const token = await open(http);
      for (const [step, state] of [
        ['credential', 'done'],
        ['credential', 'later'],
        ['kit', 'done'],
      ]) {
        assert.equal((await note(http, token, step ?? '', { state })).json.code, 'welcome/not-yet');
      }
      assert.equal((await note(http, token, 'kit', { state: 'later' })).status, 204);
      assert.deepEqual((await welcome(http, token)).states, ['open', 'open', 'open', 'later', 'open']);
      assert.equal((await note(http, token, 'unknown')).status, 400);
    });
  });

  it('shows the display name of now to a browser that is not signed in', async () => {
    await using node = await makeNode({ name: 'alice' });
    await claimNode(node);
    await node.call(changeProfile, { body: { display_name: 'Alice Émond' } });
    const context = (await (await node.fetch('/api/v1/context')).json()) as { display_name: string };
    assert.equal(context.display_name, 'Alice Émond');
  });
});
