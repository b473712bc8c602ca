// The edge's own commands, in the order in which help lists them. They work without a running node, and they are the
// only ones that do: every other command belongs to an area and speaks to the node over its socket.
import type { OwnCommand } from '../program.ts';
import { configCommands } from './config.ts';
import { doctorCommand } from './doctor.ts';
import { initCommand, type MakeNode } from './init.ts';
import { startCommand, type StartNode } from './start.ts';
import { statusCommand } from './status.ts';
import { stopCommand } from './stop.ts';

/** All of them, over what the composition root can do. */
export function ownCommands(root: {
  readonly env: Record<string, string | undefined>;
  readonly initNode: MakeNode;
  readonly startNode: StartNode;
}): OwnCommand[] {
  return [
    initCommand(root.initNode, root.env),
    startCommand(root.startNode, root.env),
    stopCommand,
    statusCommand,
    doctorCommand(root.env),
    ...configCommands(root.env),
  ];
}
