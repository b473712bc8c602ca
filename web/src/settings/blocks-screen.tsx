// Who is blocked, each with the way back; the list as a file to keep or share, and lists of others taken in, part by
// part, with who could not be found named at the end.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { itemsOf, makeStale, readPages } from '../api/queries.ts';
import { Avatar } from '../design/avatar.tsx';
import { BackLink } from '../design/back-link.tsx';
import { Button } from '../design/button.tsx';
import { List } from '../design/card.tsx';
import { EmptyState, ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { useShellText } from '../shell/words.ts';
import { BLOCK_FILE_BYTES_MAX, ENTRIES_A_REQUEST, readBlockList, writeBlockList } from './block-list.ts';
import { changeBond, importBlocks, listBlocks, type Blocked } from './routes.ts';
import { saveFile } from './save-file.ts';
import './settings.css';
import { useSettingsText } from './words.ts';

/** Whole pages of the node while a list is written. */
const PAGE = 100;

export function Screen(): ReactNode {
  const t = useSettingsText();
  const shell = useShellText();
  const list = useInfiniteQuery(readPages(listBlocks, {}));
  const blocked = itemsOf(list.data);
  return (
    <>
      <BackLink to="/settings">{t('title')}</BackLink>
      <ScreenHead title={t('blocks')} />
      <p className="about">{t('blocks.about')}</p>
      <Files any={blocked.length > 0} />
      {list.isPending && <Skeletons count={2} />}
      {list.isError && blocked.length === 0 && (
        <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.isSuccess && blocked.length === 0 && (
        <EmptyState title={t('blocks.empty')}>{t('blocks.empty.about')}</EmptyState>
      )}
      {blocked.length > 0 && (
        <List label={t('blocks')} items={blocked} keyOf={({ node_id: id }) => id}>
          {(one) => <BlockedRow one={one} />}
        </List>
      )}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {shell('more')}
        </Button>
      )}
    </>
  );
}

function BlockedRow({ one }: { readonly one: Blocked }): ReactNode {
  const t = useSettingsText();
  const [busy, setBusy] = useState(false);
  const name = one.username === '' ? one.node_id.slice(0, 12) : one.username;
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

function Files({ any }: { readonly any: boolean }): ReactNode {
  const t = useSettingsText();
  const picker = useRef<HTMLInputElement>(null);
  const [taking, setTaking] = useState<Taking>();
  const [problem, setProblem] = useState<string>();
  const running = taking !== undefined && taking.done < taking.all;
  const save = async (): Promise<void> => {
    try {
      saveFile('ored-blocks.json', 'application/json', writeBlockList(await allBlocked()));
    } catch (error) {
      setProblem(describeProblem(error));
    }
  };
  const take = async (file: File): Promise<void> => {
    setProblem(undefined);
    setTaking(undefined);
    const entries = file.size > BLOCK_FILE_BYTES_MAX ? undefined : readBlockList(await file.text());
    if (entries === undefined) {
      setProblem(t('blocks.noList'));
      return;
    }
    let state: Taking = { done: 0, all: entries.length, failed: [] };
    try {
      for (let at = 0; at < entries.length; at += ENTRIES_A_REQUEST) {
        setTaking(state);
        const { failed } = await call(importBlocks, {
          body: { items: entries.slice(at, at + ENTRIES_A_REQUEST) },
        });
        state = {
          ...state,
          done: Math.min(entries.length, at + ENTRIES_A_REQUEST),
          failed: [...state.failed, ...failed.map(({ who }) => who)],
        };
      }
      setTaking(state);
    } catch (error) {
      // What was taken in so far stays; the same file again goes on without doubles.
      setTaking(undefined);
      setProblem(describeProblem(error));
    } finally {
      await makeStale('blocks', 'connections', 'people');
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
      <div role="status">
        {taking !== undefined && (
          <>
            <p>
              {t(running ? 'blocks.taking' : 'blocks.taken', {
                done: taking.done - taking.failed.length,
                all: taking.all,
              })}
            </p>
            {running && <progress max={taking.all} value={taking.done} aria-label={t('blocks.import')} />}
            {!running && taking.failed.length > 0 && (
              <details>
                <summary>{t('blocks.failed', { count: taking.failed.length })}</summary>
                <ul>
                  {taking.failed.map((who) => (
                    <li key={who}>
                      <bdi>{who}</bdi>
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </>
        )}
      </div>
      <p className="note problem" role="alert">
        {problem}
      </p>
    </section>
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
