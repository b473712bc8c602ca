// Who is blocked, each with the way back; the list as a file to keep or share, and lists of others taken in, part by
// part, with who could not be found named at the end.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { BLOCKS_PER_REQUEST_MAX, BLOCK_LIST_BYTES_MAX } from '#protocol/limits.ts';
import { call } from '../api/call.ts';
import { itemsOf, makeStale, readPages } from '../api/queries.ts';
import { Avatar } from '../design/avatar.tsx';
import { BackLink } from '../design/back-link.tsx';
import { Button } from '../design/button.tsx';
import { List, Pages } from '../design/list.tsx';
import { EmptyState, ScreenHead } from '../design/text.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { nameOf } from '../text/person-name.ts';
import { readBlockList, writeBlockList, type BlockEntry } from './block-list.ts';
import { changeBond, importBlocks, listBlocks, type Blocked } from './routes.ts';
import { saveFile } from './save-file.ts';
import './settings.css';
import { useSettingsText } from './words.ts';

/** Whole pages of the node while a list is written. */
const PAGE = 100;

export function Screen(): ReactNode {
  const t = useSettingsText();
  const list = useInfiniteQuery(readPages(listBlocks, {}));
  return (
    <>
      <BackLink to="/settings">{t('title')}</BackLink>
      <ScreenHead title={t('blocks')} />
      <p className="about">{t('blocks.about')}</p>
      <Files any={itemsOf(list.data).length > 0} />
      <Pages
        pages={list}
        expected={2}
        empty={<EmptyState title={t('blocks.empty')}>{t('blocks.empty.about')}</EmptyState>}
      >
        {(blocked) => (
          <List label={t('blocks')} items={blocked} keyOf={({ node_id: id }) => id}>
            {(one) => <BlockedRow one={one} />}
          </List>
        )}
      </Pages>
    </>
  );
}

function BlockedRow({ one }: { readonly one: Blocked }): ReactNode {
  const t = useSettingsText();
  const [busy, setBusy] = useState(false);
  const name = nameOf(one);
  const unblock = async (): Promise<void> => {
    setBusy(true);
    try {
      await call(changeBond, { params: { action: 'unblock' }, body: { who: one.node_id } });
      await makeStale('blocks', 'connections', 'people');
      showToast({ text: t('blocks.unblocked', { name }) });
    } catch (error) {
      showToast({ text: describeProblem(error) });
      setBusy(false);
    }
  };
  return (
    <div className="blocked">
      <Avatar nodeId={one.node_id} />
      <bdi>{name}</bdi>
      <Button busy={busy} onClick={() => void unblock()} aria-label={t('blocks.unblock.name', { name })}>
        {t('blocks.unblock')}
      </Button>
    </div>
  );
}

interface Taking {
  readonly done: number;
  readonly all: number;
  readonly failed: readonly string[];
}

interface TakingIn {
  readonly taking: Taking | undefined;
  readonly problem: string | undefined;
  readonly take: (file: File) => Promise<void>;
  readonly fail: (error: unknown) => void;
}

/** Takes a list in, part by part: what the node has done stays, and the same file again makes no doubles. */
function useTakingIn(): TakingIn {
  const t = useSettingsText();
  const [taking, setTaking] = useState<Taking>();
  const [problem, setProblem] = useState<string>();
  const takeParts = async (entries: readonly BlockEntry[]): Promise<void> => {
    let state: Taking = { done: 0, all: entries.length, failed: [] };
    setTaking(state);
    for (let at = 0; at < entries.length; at += BLOCKS_PER_REQUEST_MAX) {
      const items = entries.slice(at, at + BLOCKS_PER_REQUEST_MAX);
      const { failed } = await call(importBlocks, { body: { items } });
      state = {
        ...state,
        done: at + items.length,
        failed: [...state.failed, ...failed.map(({ who }) => who)],
      };
      setTaking(state);
    }
  };
  const fail = (error: unknown): void => setProblem(describeProblem(error));
  return {
    taking,
    problem,
    fail,
    async take(file) {
      setProblem(undefined);
      setTaking(undefined);
      const entries = file.size > BLOCK_LIST_BYTES_MAX ? undefined : readBlockList(await file.text());
      if (entries === undefined) {
        setProblem(t('blocks.noList'));
        return;
      }
      try {
        await takeParts(entries);
      } catch (error) {
        setTaking(undefined);
        fail(error);
      } finally {
        await makeStale('blocks', 'connections', 'people');
      }
    },
  };
}

function Files({ any }: { readonly any: boolean }): ReactNode {
  const t = useSettingsText();
  const picker = useRef<HTMLInputElement>(null);
  const { taking, problem, take, fail } = useTakingIn();
  const running = taking !== undefined && taking.done < taking.all;
  const save = async (): Promise<void> => {
    try {
      saveFile('ored-blocks.json', 'application/json', writeBlockList(await allBlocked()));
    } catch (error) {
      fail(error);
    }
  };
  return (
    <section className="files" aria-label={t('blocks.files')}>
      <div className="row">
        <Button icon="plus" busy={running} onClick={() => picker.current?.click()}>
          {t('blocks.import')}
        </Button>
        {any && (
          <Button icon="download" onClick={() => void save()}>
            {t('blocks.export')}
          </Button>
        )}
      </div>
      <input
        ref={picker}
        type="file"
        hidden
        accept=".json,.csv,application/json,text/csv"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file !== undefined) void take(file);
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
      <div role="status">{taking !== undefined && <TakingState taking={taking} running={running} />}</div>
      <p className="note problem" role="alert">
        {problem}
      </p>
    </section>
  );
}

function TakingState({ taking, running }: { readonly taking: Taking; readonly running: boolean }): ReactNode {
  const t = useSettingsText();
  const { done, all, failed } = taking;
  return (
    <>
      <p>{t(running ? 'blocks.taking' : 'blocks.taken', { done: done - failed.length, all })}</p>
      {running && <progress max={all} value={done} aria-label={t('blocks.import')} />}
      {!running && failed.length > 0 && (
        <details>
          <summary>{t('blocks.failed', { count: failed.length })}</summary>
          <ul>
            {failed.map((who) => (
              <li key={who}>
                <bdi>{who}</bdi>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

async function allBlocked(): Promise<Blocked[]> {
  const all: Blocked[] = [];
  let cursor: string | undefined;
  do {
    const page = await call(listBlocks, {
      query: { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
    });
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}
