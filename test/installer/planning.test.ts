// The plan, case by case: what is asked and what is there on the left, steps or a refusal on the right.
import { AppError } from '#protocol/errors.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planInstall, type Facts, type Request, type Step } from '../../installer/plan.ts';

const request: Request = {
  release: 'r2',
  username: 'alice',
  port: null,
  url: null,
  registry: null,
  lan: false,
  start: true,
  language: 'en',
};
const empty: Facts = {
  currentRelease: null,
  node: null,
  service: { state: 'stopped', release: null, upToDate: false },
  ready: false,
  portsBusy: new Set(),
  holderOf: (port) => (port === 7705 ? { pid: 12, name: 'nginx' } : null),
  ownPortLost: false,
  lanAddress: '192.168.1.20',
};
const node = {
  username: 'alice',
  settings: { port: 7701, host: '127.0.0.1', url: 'http://127.0.0.1:7701', registry: null },
};
const running: Facts = {
  ...empty,
  currentRelease: 'r2',
  node,
  service: { state: 'running', release: 'r2', upToDate: true },
  ready: true,
  portsBusy: new Set([7701]),
};
const stopped: Facts = {
  ...running,
  node: { ...node, username: null },
  service: { state: 'stopped', release: null, upToDate: true },
  ready: false,
  portsBusy: new Set(),
};

/** Steps in short: `configure edge.port=7702`. */
function short(step: Step): string {
  if (step.do === 'configure') return `configure ${step.setting.key}=${step.setting.value}`;
  return step.do;
}

const rows: [title: string, Partial<Request>, Facts, string[]][] = [
  [
    'creates and starts a node on an empty machine',
    {},
    empty,
    ['switch-release', 'write-service', 'init', 'start', 'await-ready'],
  ],
  [
    'creates without starting when asked',
    { start: false },
    empty,
    ['switch-release', 'write-service', 'init'],
  ],
  ['does nothing for a node that runs as wanted', {}, running, []],
  ['does nothing when flags repeat what is set', { port: 7701, url: 'http://127.0.0.1:7701/' }, running, []],
  ['does nothing to a running node with --no-start', { start: false }, running, []],
  ['starts a node that is stopped', {}, stopped, ['start', 'await-ready']],
  ['leaves a stopped node stopped with --no-start', { start: false }, stopped, []],
  ['waits for a node that is running but not ready', {}, { ...running, ready: false }, ['await-ready']],
  [
    'takes a node over whose supervisor was killed',
    {},
    { ...running, service: { ...running.service, state: 'orphan' } },
    ['start', 'await-ready'],
  ],
  [
    'leaves a node alone that was started by hand',
    {},
    { ...running, service: { ...running.service, state: 'by-hand' } },
    [],
  ],
  [
    'stops, switches and starts for another release',
    { release: 'r3' },
    running,
    ['stop', 'switch-release', 'start', 'await-ready'],
  ],
  [
    'restarts a node that still runs an older release',
    {},
    { ...running, service: { ...running.service, release: 'r1' } },
    ['stop', 'start', 'await-ready'],
  ],
  [
    'changes settings only while the node is stopped',
    { registry: 'http://r.example' },
    running,
    ['stop', 'configure registry.url=http://r.example', 'start', 'await-ready'],
  ],
  [
    'moves the address that it chose along with the port',
    { port: 7709 },
    running,
    ['stop', 'configure edge.port=7709', 'configure node.url=http://127.0.0.1:7709', 'start', 'await-ready'],
  ],
  [
    'opens a loopback node to the local network',
    { lan: true },
    running,
    [
      'stop',
      'configure edge.host=0.0.0.0',
      'configure node.url=http://192.168.1.20:7701',
      'start',
      'await-ready',
    ],
  ],
  [
    'keeps an address that the owner gave when the port moves',
    { port: 7709 },
    { ...running, node: { ...node, settings: { ...node.settings, url: 'https://alice.example' } } },
    ['stop', 'configure edge.port=7709', 'start', 'await-ready'],
  ],
];

for (const [title, asked, facts, expected] of rows) {
  test(`the plan ${title}`, () => {
    const { steps } = planInstall({ ...request, ...asked }, facts);
    assert.deepEqual(steps.map(short), expected);
  });
}

test('a new node takes port 7701, or the next free one, and its address has that port', () => {
  const [first, second] = [new Set<number>(), new Set([7701, 7702])].map((portsBusy) => {
    const plan = planInstall(request, { ...empty, portsBusy });
    return plan.steps.find((step) => step.do === 'init');
  });
  assert.equal(first?.url, 'http://127.0.0.1:7701');
  assert.equal(second?.url, 'http://127.0.0.1:7703');
  assert.deepEqual(second.settings[0], { key: 'edge.port', value: '7703' });
});

test('a new node on the local network listens on every address and is known by the local one', () => {
  const plan = planInstall({ ...request, lan: true, language: 'fr' }, empty);
  const init = plan.steps.find((step) => step.do === 'init');
  assert.equal(init?.url, 'http://192.168.1.20:7701');
  assert.deepEqual(init.settings.slice(1), [
    { key: 'edge.host', value: '0.0.0.0' },
    { key: 'node.language', value: 'fr' },
  ]);
});

const refusals: [title: string, code: string, Partial<Request>, Facts][] = [
  [
    'a port that another program holds',
    'installer/port-busy',
    { port: 7705 },
    { ...empty, portsBusy: new Set([7705]) },
  ],
  [
    'a remembered port that another program has taken',
    'installer/port-busy',
    {},
    { ...stopped, portsBusy: new Set([7701]) },
  ],
  [
    'to restart a node whose port went to another program while it was down',
    'installer/port-busy',
    { release: 'r3' },
    { ...running, ready: false, ownPortLost: true },
  ],
  [
    'moving a running node to a port in use',
    'installer/port-busy',
    { port: 7705 },
    { ...running, portsBusy: new Set([7701, 7705]) },
  ],
  [
    'a machine with no port left',
    'installer/no-free-port',
    {},
    { ...empty, portsBusy: new Set(Array.from({ length: 100 }, (_, i) => 7701 + i)) },
  ],
  [
    '--lan on a machine without a local network',
    'installer/no-lan',
    { lan: true },
    { ...empty, lanAddress: null },
  ],
  ['another name for the node that lives here', 'installer/other-node', { username: 'bob' }, running],
  ['a new node without a name', 'installer/no-username', { username: null }, empty],
];

for (const [title, code, asked, facts] of refusals) {
  test(`the plan refuses ${title}, in both languages`, () => {
    assert.throws(
      () => planInstall({ ...request, ...asked }, facts),
      (error) => error instanceof AppError && error.code === code && error.safe.en !== error.safe.fr,
    );
  });
}

test('a busy port is refused with the name of who holds it, where that can be seen', () => {
  const refuse = (port: number) => () =>
    planInstall({ ...request, port }, { ...empty, portsBusy: new Set([7705, 7706]) });
  assert.throws(refuse(7705), /7705 is in use by another program \(nginx, 12\)\./);
  assert.throws(refuse(7706), /7706 is in use by another program\./);
});
