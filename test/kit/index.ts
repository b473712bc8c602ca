// Everything that tests share: real nodes in this process or in one of their own, registries, a clock that obeys.
export { fakeClock, type FakeClock } from './fake-clock.ts';
export { temporaryFolder, type TemporaryFolder } from './folder.ts';
export { freePort } from './port.ts';
export { eventually } from './eventually.ts';
export { makeNode, type MakeNodeOptions, type TestNode } from './node.ts';
export { makeRegistry, type TestRegistry } from './registry.ts';
export { claimNode, signIn, type Owner } from './owner.ts';
export { runCli, spawnNode, spawnProgram, type CliResult, type Program } from './process.ts';
export { gatedNetwork, unreachable, type GatedNetwork } from './network.ts';
