// Hands what a node says to the independent check (verify.py), which knows docs/protocol.md and none of our code.
import { spawnSync } from 'node:child_process';

/** What was taken from nodes, as exact texts; verify.py says what each member means. */
export interface Bundle {
  readonly log?: string;
  readonly record?: string;
  readonly envelope?: string | readonly string[];
  readonly receipt?: string | readonly string[];
  readonly peer_logs?: readonly string[];
  readonly keys?: Readonly<Record<string, string>>;
  readonly node_id?: string;
  readonly canonical?: string | { readonly hex: string };
  readonly signed?: { readonly publicKey: string; readonly message: string; readonly signature: string };
  /** A moment; without it the machine's clock decides. */
  readonly now?: string;
}

export interface Verdict {
  /** What was verified, a sentence each. */
  readonly found: readonly string[];
  /** Why something was refused, or null. */
  readonly refusal: string | null;
}

const PROGRAM = new URL('./verify.py', import.meta.url).pathname;

/** Runs the check once over one object, or a folder; answers its exit code and what it printed. */
export function runVerifier(input: { readonly bundle: Bundle } | { readonly folder: string }): {
  readonly code: number | null;
  readonly text: string;
} {
  const { status, stdout, stderr } =
    'folder' in input
      ? spawnSync('/usr/bin/python3', [PROGRAM, input.folder], { encoding: 'utf8' })
      : spawnSync('/usr/bin/python3', [PROGRAM], { encoding: 'utf8', input: JSON.stringify(input.bundle) });
  return { code: status, text: stdout + stderr };
}

/** One verdict for each bundle, from one run of the check. Throws when the check did not judge them all. */
export function judge(bundles: readonly Bundle[]): readonly Verdict[] {
  const input = bundles.map((bundle) => `${JSON.stringify(bundle)}\n`).join('');
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', [PROGRAM, '--each'], {
    encoding: 'utf8',
    input,
    maxBuffer: 64 * 1024 * 1024,
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (lines.length !== bundles.length) throw new Error(`verify.py judged ${lines.length}: ${stderr}`);
  const verdicts = lines.map((line) => JSON.parse(line) as Verdict);
  const refused = verdicts.some(({ refusal }) => refusal !== null);
  if (status !== Number(refused)) throw new Error(`verify.py ended with ${String(status)}`);
  return verdicts;
}
