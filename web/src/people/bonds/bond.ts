// Changing what one is to somebody: sends the change, shows what came of it, and what can be taken back has its undo.
// One change at a time for each use: a second press while the first is on its way does nothing.
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { makeStale } from '../../api/queries.ts';
import { describeProblem } from '../../shell/problem-words.ts';
import { showToast } from '../../shell/toasts.tsx';
import { useShellText } from '../../shell/words.ts';
import { addFriend, changeBond, type BondAction } from '../routes.ts';
import { usePeopleText } from '../words.ts';

/** What takes an action back without asking the other person anything again. */
const UNDO = {
  mute: 'unmute',
  unmute: 'mute',
  follow: 'unfollow',
  unfollow: 'follow',
} as const satisfies Partial<Record<BondAction, BondAction>>;

const undoOf = (action: BondAction): BondAction | undefined =>
  action in UNDO ? UNDO[action as keyof typeof UNDO] : undefined;

export interface BondChange {
  readonly busy: BondAction | 'add' | undefined;
  /** True when the node did it; a refusal was shown. */
  readonly change: (action: BondAction, nodeId: string, name: string) => Promise<boolean>;
  readonly ask: (nodeId: string, name: string, note: string) => Promise<boolean>;
}

export function useBondChange(): BondChange {
  const t = usePeopleText();
  const shell = useShellText();
  const [busy, setBusy] = useState<BondChange['busy']>();
  const run = async (what: BondChange['busy'], work: () => Promise<unknown>): Promise<boolean> => {
    if (busy !== undefined) return false;
    setBusy(what);
    try {
      await work();
      await makeStale('connections', 'people');
      return true;
    } catch (error) {
      showToast({ text: describeProblem(error) });
      return false;
    } finally {
      setBusy(undefined);
    }
  };
  const send = async (action: BondAction, nodeId: string): Promise<void> => {
    await call(changeBond, { params: { action }, body: { who: nodeId } });
  };
  const takeBack = async (action: BondAction, nodeId: string): Promise<void> => {
    try {
      await send(action, nodeId);
      await makeStale('connections', 'people');
    } catch (error) {
      showToast({ text: describeProblem(error) });
    }
  };
  return {
    busy,
    change: async (action, nodeId, name) => {
      const done = await run(action, () => send(action, nodeId));
      const undo = undoOf(action);
      if (done) {
        showToast({
          text: t(`done.${action}`, { name }),
          action:
            undo === undefined ? undefined : { label: shell('undo'), run: () => void takeBack(undo, nodeId) },
        });
      }
      return done;
    },
    ask: async (nodeId, name, note) => {
      const words = note.trim();
      const done = await run('add', () =>
        call(addFriend, { body: { who: nodeId, ...(words === '' ? {} : { note: words }) } }),
      );
      if (done) showToast({ text: t('done.add', { name }) });
      return done;
    },
  };
}
