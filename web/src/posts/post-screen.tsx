// One post on its own page: what it answers above it, the post with everything in it, its answers as deep as they go,
// and a place to answer. An answer that has not left yet stands at the end, with where it is.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { read } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { hiddenPosts, refreshPost } from '../content/post-cache.ts';
import { PostCard } from '../content/post-card.tsx';
import { nameOf, postUriOf, readPost, type Post } from '../content/routes.ts';
import { Button, IconButton } from '../design/button.tsx';
import { ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { outbox } from '../offline/outbox.ts';
import type { ScreenProps } from '../router/feature.ts';
import { goBack, navigate, place } from '../router/location.ts';
import { describeProblem } from '../shell/problem-words.ts';
import { announce, showToast } from '../shell/toasts.tsx';
import { useShellText } from '../shell/words.ts';
import { Composer } from './composer.tsx';
import { CREATE, send, useDrafting, type WaitingPost } from './drafting.ts';
import { usePostActions } from './post-actions.tsx';
import './posts.css';
import { editPost, readThread, type Reply, type Thread } from './routes.ts';
import { WaitingPostCard } from './waiting-card.tsx';
import { usePostsText } from './words.ts';

/** Deeper answers stand under one another: a phone has no room to indent them. */
const DEPTH_SHOWN_MAX = 4;

export function Screen({ params }: ScreenProps): ReactNode {
  const t = usePostsText();
  const shell = useShellText();
  const uri = postUriOf(params['author'] ?? '', params['id'] ?? '');
  const thread = useQuery(read(readThread, { params: { id: uri } }));
  const post = thread.data;
  return (
    <>
      <ScreenHead title={post === undefined ? t('post.title') : t('post.by', { name: nameOf(post.author) })}>
        <IconButton icon="back" className="back" label={shell('back')} onClick={() => goBack('/')} />
      </ScreenHead>
      {thread.isPending && <Skeletons count={2} />}
      {thread.isError && post === undefined && (
        <ProblemNote error={thread.error} onRetry={() => void thread.refetch()} />
      )}
      {post !== undefined && <ThreadView key={uri} post={post} />}
    </>
  );
}

function ThreadView({ post }: { readonly post: Thread }): ReactNode {
  const t = usePostsText();
  const { search } = useSignal(place);
  const hidden = useSignal(hiddenPosts);
  const waiting = useSignal(outbox).filter(
    ({ kind, body }) => kind === CREATE && (body as WaitingPost).reply_to !== undefined,
  );
  const [editing, setEditing] = useState(search === '?edit' && post.mine);
  const [answering, setAnswering] = useState<Post | undefined>(search === '?reply' ? post : undefined);
  const actions = usePostActions({
    host: post.mine ? post.uri : undefined,
    onEdit: (target) => (target.uri === post.uri ? setEditing(true) : navigate(editPath(target))),
    onGone: (uri) => {
      if (uri === post.uri) goBack('/');
    },
  });
  const replies = post.replies.filter(({ uri }) => !hidden.has(uri));
  const waitingOf = ({ uri }: Post): ReactNode =>
    waiting
      .filter(({ body }) => (body as WaitingPost).reply_to === uri)
      .map((item) => <WaitingPostCard key={item.key} item={item} />);
  const answerOf = (target: Post): ReactNode =>
    answering?.uri === target.uri && (
      <ReplyForm key={target.uri} post={target} onDone={() => setAnswering(undefined)} />
    );
  return (
    <>
      {post.reply_to !== null && <Parent uri={post.reply_to} />}
      {editing ? (
        <EditForm post={post} onDone={() => setEditing(false)} />
      ) : (
        <PostCard post={post} whole menu={actions.menuOf(post)} onReply={() => setAnswering(post)} />
      )}
      <WhoReacted post={post} />
      {answerOf(post)}
      <h2 className="thread-title">{t('replies', { count: replies.length })}</h2>
      <ol className="thread" aria-label={t('replies', { count: replies.length })}>
        {replies.map((reply) => (
          <li key={reply.uri} data-depth={Math.min(DEPTH_SHOWN_MAX, reply.depth)}>
            <ReplyCard reply={reply} menu={actions.menuOf(reply)} onReply={() => setAnswering(reply)} />
            {answerOf(reply)}
            {waitingOf(reply)}
          </li>
        ))}
      </ol>
      {waitingOf(post)}
      {answering === undefined && !editing && (
        <Button icon="reply" onClick={() => setAnswering(post)}>
          {t('reply')}
        </Button>
      )}
      {actions.dialog}
    </>
  );
}

const editPath = (post: Post): string => {
  const [author = '', , id = ''] = post.uri.replace(/^orf:\/\//, '').split('/');
  return `/post/${author}/${id}?edit`;
};

function ReplyCard({
  reply,
  menu,
  onReply,
}: {
  readonly reply: Reply;
  readonly menu: ReturnType<ReturnType<typeof usePostActions>['menuOf']>;
  readonly onReply: () => void;
}): ReactNode {
  // Under what it answers, "In answer to" says nothing.
  return <PostCard post={{ ...reply, reply_to: null }} menu={menu} onReply={onReply} />;
}

function Parent({ uri }: { readonly uri: string }): ReactNode {
  const t = usePostsText();
  const parent = useQuery(read(readPost, { params: { id: uri } }));
  if (parent.isPending) return <Skeletons count={1} />;
  if (parent.data === undefined) return <p className="note">{t('parent.gone')}</p>;
  return (
    <section className="parent" aria-label={t('parent')}>
      <PostCard post={parent.data} />
    </section>
  );
}

function WhoReacted({ post }: { readonly post: Thread }): ReactNode {
  const t = usePostsText();
  if (post.reactions.length === 0) return null;
  return (
    <ul className="who-reacted" aria-label={t('reactions')}>
      {post.reactions.map(({ author, value }) => (
        <li key={`${author.node_id}/${value}`}>
          <span>{value}</span> <bdi>{nameOf(author)}</bdi>
        </li>
      ))}
    </ul>
  );
}

function ReplyForm({ post, onDone }: { readonly post: Post; readonly onDone: () => void }): ReactNode {
  const t = usePostsText();
  const drafting = useDrafting(`posts/reply/${post.uri}`);
  const onSend = async (): Promise<void> => {
    const { waits } = await send(drafting, post.uri);
    if (waits) showToast({ text: t('write.kept') });
    else announce(t('reply.sent'));
    onDone();
  };
  return (
    <div className="reply-form">
      <p className="mark">{t('reply.to', { name: nameOf(post.author) })}</p>
      <Composer
        drafting={drafting}
        kind="reply"
        fixedVisibility
        onSend={onSend}
        onCancel={onDone}
        autoFocus
      />
    </div>
  );
}

function EditForm({ post, onDone }: { readonly post: Post; readonly onDone: () => void }): ReactNode {
  const { warning, text } = post;
  const [problem, setProblem] = useState<string>();
  const drafting = useDrafting(`posts/edit/${post.uri}`, { warning, text, visibility: post.visibility });
  const { words, clear } = drafting;
  const isAnswer = post.reply_to !== null;
  // A form over a page that was opened for it leaves the address of the page.
  useEffect(() => {
    if (place.get().search === '?edit') navigate(place.get().path, { replace: true });
  }, []);
  const onSend = async (): Promise<void> => {
    try {
      const body = {
        text: words.text,
        warning: words.warning,
        ...(isAnswer || words.visibility === post.visibility ? {} : { visibility: words.visibility }),
      };
      await call(editPost, { params: { id: post.uri }, body });
      await clear();
      await refreshPost(post.uri);
      onDone();
    } catch (error) {
      setProblem(describeProblem(error));
    }
  };
  const cancel = (): void => {
    void clear();
    onDone();
  };
  return (
    <Composer
      drafting={drafting}
      kind="edit"
      fixedVisibility={isAnswer}
      problem={problem}
      onSend={onSend}
      onCancel={cancel}
      autoFocus
    />
  );
}
