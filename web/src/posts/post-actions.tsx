// What can be done with a post beyond answering and reacting: change it, see what it said before, see who has it,
// delete it. A deletion can be taken back for some seconds; only then the node tells others.
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { read } from '../api/queries.ts';
import { DeliveryDialog } from '../content/delivery.tsx';
import { changePost, hidePost, unhidePost } from '../content/post-cache.ts';
import { RichText, Warned } from '../content/rich-text.tsx';
import { postPath, restorePost, trashPost, type Post } from '../content/routes.ts';
import { Dialog } from '../design/dialog.tsx';
import type { MenuItem } from '../design/menu.tsx';
import { VisibilityMark } from '../design/state.tsx';
import { EmptyState, ProblemNote, Skeletons, Time } from '../design/text.tsx';
import { navigate } from '../router/location.ts';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { useShellText } from '../shell/words.ts';
import { readHistory } from './routes.ts';
import { usePostsText } from './words.ts';

/** As long as the toast with its "Undo" stands, and the way to the node. */
const UNDO_S = 12;

export interface PostActions {
  readonly menuOf: (post: Post) => readonly MenuItem[];
  /** The dialog that is open, for the end of the screen. */
  readonly dialog: ReactNode;
}

type OpenDialog = { readonly kind: 'history' | 'delivery'; readonly uri: string };

/** `onGone` runs when a post was deleted: a page of it leads away. `onEdit` opens the form where one is. */
export function usePostActions(options: {
  readonly onGone?: (uri: string) => void;
  readonly onEdit?: (post: Post) => void;
  /** The owner may take answers to this post away (`uri` of an own post). */
  readonly host?: string | undefined;
}): PostActions {
  const t = usePostsText();
  const shell = useShellText();
  const [open, setOpen] = useState<OpenDialog>();
  const { onGone, onEdit, host } = options;

  const remove = async ({ uri }: Post): Promise<void> => {
    hidePost(uri);
    try {
      await call(trashPost, { params: { id: uri }, body: { undo_s: UNDO_S } });
    } catch (error) {
      unhidePost(uri);
      showToast({ text: describeProblem(error) });
      return;
    }
    onGone?.(uri);
    const forget = setTimeout(() => changePost(uri, () => undefined), UNDO_S * 1_000);
    const undo = async (): Promise<void> => {
      try {
        await call(restorePost, { params: { id: uri } });
        clearTimeout(forget);
        unhidePost(uri);
      } catch (error) {
        showToast({ text: describeProblem(error) });
      }
    };
    showToast({ text: t('deleted'), action: { label: shell('undo'), run: () => void undo() } });
  };

  const menuOf = (post: Post): MenuItem[] => {
    const deletion: MenuItem = {
      id: 'delete',
      label: t(post.mine ? 'delete' : 'delete.reply'),
      icon: 'trash',
      run: () => void remove(post),
    };
    if (!post.mine) return host !== undefined && post.reply_to !== null ? [deletion] : [];
    const items: MenuItem[] = [
      {
        id: 'edit',
        label: t('edit'),
        icon: 'pen',
        run: () => (onEdit === undefined ? navigate(`${postPath(post.uri)}?edit`) : onEdit(post)),
      },
    ];
    if (post.edited_at !== null) {
      items.push({
        id: 'history',
        label: t('history'),
        icon: 'clock',
        run: () => setOpen({ kind: 'history', uri: post.uri }),
      });
    }
    items.push({
      id: 'delivery',
      label: t('delivery'),
      icon: 'checks',
      run: () => setOpen({ kind: 'delivery', uri: post.uri }),
    });
    return [...items, deletion];
  };

  const close = (): void => setOpen(undefined);
  return {
    menuOf,
    dialog:
      open === undefined ? null : open.kind === 'history' ? (
        <HistoryDialog uri={open.uri} onClose={close} />
      ) : (
        <DeliveryDialog item={open.uri} onClose={close} />
      ),
  };
}

function HistoryDialog({ uri, onClose }: { readonly uri: string; readonly onClose: () => void }): ReactNode {
  const t = usePostsText();
  const history = useQuery(read(readHistory, { params: { id: uri } }));
  const items = history.data?.items ?? [];
  return (
    <Dialog title={t('history')} onClose={onClose}>
      {history.isPending && <Skeletons count={1} />}
      {history.isError && <ProblemNote error={history.error} onRetry={() => void history.refetch()} />}
      {history.isSuccess && items.length === 0 && <EmptyState title={t('history.none')} />}
      <ol className="list history">
        {items.map((item) => (
          <li key={item.version}>
            <p className="row">
              <span className="mark">
                <Time at={item.created_at} />
              </span>
              <VisibilityMark value={item.visibility} />
            </p>
            <Warned warning={item.warning}>
              <RichText text={item.text} />
            </Warned>
            {item.media > 0 && <p className="mark">{t('media', { count: item.media })}</p>}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
