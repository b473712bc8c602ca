// Registration: rows R1 to R3 and F24 of docs/security.md, and what an honest node sees.
import {
  parseNodeId,
  verifyFor,
  canonicalize,
  fromBase64Url,
  multibaseToPublicKey,
  type JsonObject,
} from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { challengeFor, get, person, post, register, registryRig, type RegistryRig } from './rig.ts';

describe('registering a node', () => {
  it('answers 201 with its id and a receipt that the registry signed', async () => {
    await using rig = await registryRig();
    const alice = await person(rig, 'alice');
    const answer = await register(rig, alice, { listing: { display_name: 'Alice', region: 'Dakar' } });
    assert.equal(answer.status, 201);
    assert.equal(answer.body.node_id, alice.nodeId);
    const { signature, ...fields } = JSON.parse(String(answer.body.receipt)) as JsonObject & {
      signature: string;
    };
    const about = await get(`${rig.url}/api/v1/registry`);
    const key = multibaseToPublicKey(String(about.body.public_key));
    assert.equal(
      await verifyFor('registration', key, canonicalize(fields), fromBase64Url(signature, 64)),
      true,
    );
    assert.equal(fields.node_id, alice.nodeId);
    const shown = await get(`${rig.url}/api/v1/nodes/${alice.nodeId}`);
    assert.equal(shown.body.log, alice.log);
    assert.equal(shown.body.online, true);
  });

  it('takes a newer record with a fresh proof, and refuses an older one', async () => {
    await using rig = await registryRig();
    const alice = await person(rig, 'alice');
    const now = rig.clock.now();
    assert.equal((await register(rig, alice, { record: alice.record({ seq: now + 5 }) })).status, 201);
    assert.equal((await register(rig, alice, { record: alice.record({ seq: now + 6 }) })).status, 201);
    const older = await register(rig, alice, { record: alice.record({ seq: now + 4 }) });
    assert.equal(older.status, 409);
    assert.equal(older.body.code, 'registry/stale');
  });

  it('refuses a reserved username, and one that looks like it', async () => {
    await using rig = await registryRig();
    for (const name of ['support', 'supp0rt']) {
      const answer = await register(rig, await person(rig, name));
      assert.equal(answer.status, 409);
      assert.equal(answer.body.code, 'names/reserved');
    }
  });

  it('refuses a node id that the identity log does not prove (R1)', async () => {
    await using rig = await registryRig();
    const alice = await person(rig, 'alice');
    const bob = await person(rig, 'bob');
    const forged = alice.log.replaceAll(alice.nodeId, bob.nodeId);
    const answer = await register(rig, alice, { log: forged });
    assert.equal(answer.status, 422);
    assert.equal((await get(`${rig.url}/api/v1/nodes/${bob.nodeId}`)).status, 404);
  });

  it('refuses the record of another node under a valid log (R1)', async () => {
    await using rig = await registryRig();
    const alice = await person(rig, 'alice');
    const bob = await person(rig, 'bob');
    assert.equal((await register(rig, alice, { record: bob.record() })).status, 422);
  });

  it('gives a name once, in every case and look-alike (R2)', async () => {
    await using rig = await registryRig();
    assert.equal((await register(rig, await person(rig, 'mornill'))).status, 201);
    for (const name of ['mornill', 'morni1l', 'm0rnill', 'rnornill']) {
      const answer = await register(rig, await person(rig, name));
      assert.equal(answer.status, 409, name);
      assert.equal(answer.body.code, 'registry/username-taken');
    }
  });

  it('refuses a registration replayed, without proof, or proven by another key (R3)', async () => {
    await using rig = await registryRig();
    const alice = await person(rig, 'alice');
    const mallory = await person(rig, 'mallory');
    const challenge = await challengeFor(rig, alice.nodeId);
    assert.equal((await register(rig, alice, { challenge, signer: mallory.key })).status, 401);
    assert.equal((await register(rig, alice, { challenge })).status, 201);
    assert.equal((await register(rig, alice, { challenge })).status, 401);
    assert.equal((await register(rig, alice, { challenge: 'AAAA' })).status, 401);
    const foreign = await challengeFor(rig, mallory.nodeId);
    assert.equal((await register(rig, alice, { challenge: foreign })).status, 401);
    const expired = await challengeFor(rig, alice.nodeId);
    await rig.clock.advance(121_000);
    assert.equal((await register(rig, alice, { challenge: expired })).status, 401);
  });

  it('keeps the registered log when another first entry claims the same id', async () => {
    await using rig = await registryRig();
    const alice = await person(rig, 'alice');
    await register(rig, alice);
    const tampered = alice.log.replace(/"versionTime":"2026/, '"versionTime":"2025');
    assert.equal((await register(rig, alice, { log: tampered })).status, 422);
    assert.equal((await get(`${rig.url}/api/v1/nodes/${alice.nodeId}`)).body.log, alice.log);
  });

  it('lists private addresses only inside their own range (F24)', async () => {
    await using rig = await registryRig();
    const alice = await person(rig, 'alice');
    const at = (url: string) => register(rig, alice, { record: alice.record({ server_urls: [url] }) });
    for (const url of [
      'http://10.0.0.1',
      'http://192.168.1.2:7701',
      'http://169.254.169.254',
      'http://[fd00::1]',
    ]) {
      const answer = await at(url);
      assert.equal(answer.status, 422, url);
      assert.equal(answer.body.code, 'registry/local-address-unprocessable');
    }
    assert.equal((await at('https://alice.example')).status, 201);
  });

  it('keeps registrations over a restart', async () => {
    await using rig = await registryRig();
    const alice = await person(rig, 'alice');
    await register(rig, alice);
    const before = await get(`${rig.url}/api/v1/registry`);
    await rig.restart();
    assert.equal((await get(`${rig.url}/api/v1/nodes/${parseNodeId(alice.nodeId)}`)).body.username, 'alice');
    assert.deepEqual(await get(`${rig.url}/api/v1/registry`), before);
  });

  it('slows one network down after thirty sign-ups, and no other (R11)', async () => {
    await using rig = await registryRig();
    const alice = await person(rig, 'alice');
    const from = (address: string) =>
      register(rig, alice, { challenge: 'AAAA', headers: { 'x-forwarded-for': address } });
    for (let i = 0; i < 30; i += 1) assert.equal((await from(`203.0.113.${i}`)).status, 401);
    const limited = await from('203.0.113.77');
    assert.equal(limited.status, 429);
    assert.equal((await from('198.51.100.1')).status, 401);
    await rig.clock.advance(11_000);
    assert.equal((await from('203.0.113.77')).status, 401);
  });

  it('refuses a listing whose name or region holds what is invisible or turns the writing', async () => {
    await using rig = await registryRig();
    const alice = await person(rig, 'alice');
    for (const text of ['Al\u0007ice', 'Al\u202eecila', '\u2066Alice', ' Alice', 'Al\u200bice']) {
      for (const field of ['display_name', 'region']) {
        const answer = await post(
          `${rig.url}/api/v1/nodes/register`,
          JSON.stringify({
            log: alice.log,
            record: '',
            challenge: '',
            proof: '',
            listing: { [field]: text },
          }),
        );
        assert.deepEqual([answer.status, answer.body.code], [400, 'http/invalid'], JSON.stringify(text));
      }
    }
    const listing = { display_name: 'Élodie N’Guessan', region: 'Abidjan' };
    assert.equal((await register(rig, alice, { listing })).status, 201);
  });

  it('shows its figures to this machine alone, unless its operator wants otherwise', async () => {
    const figures = async (rig: RegistryRig, headers: Record<string, string>): Promise<number> =>
      (await fetch(`${rig.url}/metrics`, { headers })).status;
    const proxied = { 'x-forwarded-for': '203.0.113.5' };
    await using rig = await registryRig();
    assert.deepEqual([await figures(rig, {}), await figures(rig, proxied)], [200, 404]);
    await using open = await registryRig({ publicMetrics: true });
    assert.equal(await figures(open, proxied), 200);
  });
});
