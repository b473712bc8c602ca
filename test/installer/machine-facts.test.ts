// What is read from the machine and written for it: listening ports, local addresses, systemd's quoting, log files.
import { temporaryFolder } from '#kit/folder.ts';
import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { awaitReady, readinessUrl } from '../../installer/machine/health.ts';
import { layoutOf } from '../../installer/layout.ts';
import { lanAddressOf, portHolderNow, portsListening } from '../../installer/machine/facts.ts';
import { rotateLog } from '../../installer/service/rotation.ts';
import { quoteForUnit, unitText } from '../../installer/service/systemd.ts';
import { readText } from './rig.ts';

test('listening ports are read from the kernel, connections are not', () => {
  const table = `  sl  local_address rem_address   st
   0: 0100007F:1E15 00000000:0000 0A 00000000:00000000
   1: 0100007F:1E16 0100007F:1E15 01 00000000:00000000
   2: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 0`;
  assert.deepEqual([...portsListening(table)], [7701, 22]);
});

test('the program that listens on a port is named, and nobody where nobody does', async () => {
  await using listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  assert.deepEqual(portHolderNow(port), { pid: process.pid, name: basename(process.execPath) });
  await listener[Symbol.asyncDispose]();
  assert.equal(portHolderNow(port), null);
});

test('the local address is a private one of a real interface', () => {
  const ipv4 = (address: string, internal = false) => ({ address, family: 'IPv4' as const, internal });
  const found = lanAddressOf({
    lo: [ipv4('127.0.0.1', true)],
    docker0: [ipv4('172.17.0.1')],
    eth0: [ipv4('203.0.113.5')],
    wlan0: [ipv4('192.168.1.20')],
  });
  assert.equal(found, '192.168.1.20');
  assert.equal(lanAddressOf({ eth0: [ipv4('203.0.113.5')] }), null);
});

test('a unit takes specifiers, variables and quotes in a path literally', () => {
  assert.equal(quoteForUnit('/a b/%h/$x/"'), '"/a b/%%h/$$x/\\""');
  const layout = layoutOf('/srv/o red');
  assert.match(
    unitText(layout, 'system'),
    /ExecStart="\/srv\/o red\/bin\/ored" start\n[^]*ProtectSystem=strict/,
  );
  assert.doesNotMatch(unitText(layout, 'user'), /ProtectSystem/);
});

test('a log over its size moves aside whole, the oldest goes, and a smaller one stays', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'node.log');
  for (const text of ['one', 'two', 'three', 'four']) {
    writeFileSync(file, text.repeat(10));
    assert.equal(rotateLog(file, { bytesMax: 20, files: 2 }), true);
    assert.equal(statSync(file).size, 0);
  }
  assert.equal(readText(`${file}.1`), 'four'.repeat(10));
  assert.equal(readText(`${file}.2`), 'three'.repeat(10));
  assert.equal(existsSync(`${file}.3`), false);
  assert.equal(rotateLog(file, { bytesMax: 20, files: 2 }), false);
});

test('readiness is awaited within a bound, and given up when the node keeps ending', async () => {
  assert.equal(readinessUrl('0.0.0.0', 1), 'http://127.0.0.1:1/health/ready');
  assert.equal(readinessUrl('::', 1), 'http://[::1]:1/health/ready');
  let now = 0;
  const ports = (answers: (number | null)[]) => ({
    probe: () => Promise.resolve(answers.shift() ?? null),
    now: () => now,
    pause: (ms: number) => Promise.resolve(void (now += ms)),
  });
  const [yes, no] = [() => Promise.resolve(true), () => Promise.resolve(false)];
  const ours = { isOurs: yes, isFailing: no };
  assert.equal(await awaitReady(ports([null, 503, 200]), 'u', ours), 'ready');
  assert.equal(await awaitReady(ports([]), 'u', { ...ours, isFailing: yes }), 'failing');
  assert.equal(await awaitReady(ports([]), 'u', ours), 'late');
  assert.equal(
    await awaitReady(ports([200]), 'u', { ...ours, isOurs: no }),
    'late',
    'a stranger on our port',
  );
});
