// One conversation: who it is with and how it is protected, the words from the bottom up, and what is being written.
// What is new is followed by who stands at the end, read out, and marked as read while it is looked at.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { makeStale, read } from '../api/queries.ts';
import { call } from '../api/call.ts';
import { ReportDialog } from '../content/report-dialog.tsx';
import { Avatar } from '../design/avatar.tsx';
import { IconButton } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import { Menu } from '../design/menu.tsx';
import { EmptyState, ProblemNote, Skeletons } from '../design/text.tsx';
import { personPath } from '../router/addresses.ts';
import type { ScreenProps } from '../router/feature.ts';
import { Link } from '../router/link.tsx';
import { goBack, navigate } from '../router/location.ts';
import { describeProblem } from '../shell/problem-words.ts';
import { announce, showToast } from '../shell/toasts.tsx';
import { useShellText } from '../shell/words.ts';
import { nameOf } from '../text/person-name.ts';
import { Composer } from './writing/composer.tsx';
import './conversations.css';
import { LeftPanel, useLeaving } from './panels/leaving.tsx';
import { MessageList, type Row } from './message-list.tsx';
import { MessageView, WaitingView } from './message-view.tsx';
import { Panes } from './panes.tsx';
import { RequestPanel } from './panels/request-panel.tsx';
import { changeBond, readPerson, type Message, type Person } from './routes.ts';
import { useReading, useTalk, useThread, type Talk } from './thread-data.ts';
import { BlockDialog, ProtectionDialog } from './thread-dialogs.tsx';
import { previewOf } from './thread-row.tsx';
import { useWaiting } from './writing/waiting.ts';
import { useTalkText } from './words.ts';

export function Screen({ params }: ScreenProps): ReactNode {
  const who = params.who ?? '';
  return (
    <Panes>
      <Talking key={who} who={who} />
    </Panes>
  );
}

function Talking({ who }: { readonly who: string }): ReactNode {
  const t = useTalkText();
  const person = useQuery(read(readPerson, { params: { who } }));
  const { thread, isRequest, pending } = useThread(who);
  const talk = useTalk(who);
  const waiting = useWaiting(who);
  const [replyTo, setReplyTo] = useState<Message>();
  const known = person.data ?? thread;
  const name = known === undefined ? t('person') : nameOf(known);
  const unread = thread?.unread ?? 0;
  useReading(who, isRequest ? 0 : unread);
  useHearing(talk.messages, who, name);
  const firstUnread = useFirstUnread(talk.messages, who, thread === undefined ? undefined : unread);
  const isFriend = person.data?.relationship.includes('friend') === true;
  const isBlocked = person.data?.relationship.includes('blocked') === true;
  const iLeft = talk.part?.status === 'left';
  const isOver = iLeft || talk.part?.they_left === true;

  const byId = new Map(talk.messages.map((message) => [message.id, message]));
  const rows: Row[] = [
    ...talk.messages.map((message) => ({
      key: message.uri,
      at: Date.parse(message.created_at),
      isFirstUnread: message.uri === firstUnread,
      content: (
        <MessageView
          message={message}
          name={name}
          mine={message.author.node_id !== who}
          answered={byId.get(message.reply_to ?? '')}
          onReply={isRequest || isBlocked || isOver ? undefined : () => setReplyTo(message)}
        />
      ),
    })),
    ...waiting.map((item) => ({
      key: item.key,
      at: item.at,
      isFirstUnread: false,
      content: <WaitingView item={item} />,
    })),
  ];
  return (
    <section className="talk" aria-labelledby="talk-name">
      <TalkHead who={who} name={name} person={person.data} canLeave={talk.part?.status === 'open'} />
      <Words who={who} name={name} talk={talk} rows={rows} />
      {isBlocked ? (
        <p className="request-panel">{t('isBlocked', { name })}</p>
      ) : isRequest ? (
        <RequestPanel who={who} name={name} />
      ) : isOver ? (
        <LeftPanel who={who} name={name} byMe={iLeft} />
      ) : (
        !pending && (
          <Composer
            who={who}
            name={name}
            withFiles={isFriend}
            replyTo={replyTo}
            onReplyDone={() => setReplyTo(undefined)}
          />
        )
      )}
    </section>
  );
}

function Words({
  who,
  name,
  talk,
  rows,
}: {
  readonly who: string;
  readonly name: string;
  readonly talk: Talk;
  readonly rows: readonly Row[];
}): ReactNode {
  const t = useTalkText();
  if (rows.length > 0) {
    return (
      <MessageList
        name={who}
        label={t('words', { name })}
        rows={rows}
        onTopNear={talk.loadOlder}
        hasOlder={talk.hasOlder}
      />
    );
  }
  return (
    <div className="talk-box talk-none">
      {talk.pending && <Skeletons count={3} />}
      {talk.error !== null && <ProblemNote error={talk.error} onRetry={talk.retry} />}
      {!talk.pending && talk.error === null && (
        <EmptyState title={t('begin')}>{t('begin.about', { name })}</EmptyState>
      )}
    </div>
  );
}

function TalkHead({
  who,
  name,
  person,
  canLeave,
}: {
  readonly who: string;
  readonly name: string;
  readonly person: Person | undefined;
  readonly canLeave: boolean;
}): ReactNode {
  const t = useTalkText();
  const shell = useShellText();
  const [asked, setAsked] = useState<'protection' | 'block' | 'report'>();
  const close = (): void => setAsked(undefined);
  useEffect(() => {
    document.title = `${name} · O-Red`;
  }, [name]);
  const { leave } = useLeaving(who, name);
  const { muted, change: mute } = useMuting(who, name, person);
  return (
    <header className="talk-head">
      <IconButton
        className="talk-back"
        icon="back"
        label={shell('back')}
        onClick={() => goBack('/messages')}
      />
      <Link to={personPath(who)} className="talk-person" aria-label={t('toPerson', { name })}>
        <Avatar nodeId={who} picture={person?.avatar ?? null} size={36} />
      </Link>
      <div className="talk-title">
        <h1 id="talk-name" tabIndex={-1} data-screen-heading>
          <bdi>{name}</bdi>
        </h1>
        <button
          type="button"
          className="protection"
          aria-haspopup="dialog"
          onClick={() => setAsked('protection')}
        >
          <Icon name="lock" size={16} />
          {t('protected.short')}
          {muted && ` · ${t('muted.mark')}`}
        </button>
      </div>
      <Menu
        label={t('menu', { name })}
        items={[
          { id: 'person', label: t('toPerson', { name }), run: () => navigate(personPath(who)) },
          { id: 'mute', label: t(muted ? 'unmute' : 'mute'), run: () => void mute() },
          ...(canLeave ? [{ id: 'leave', label: t('leave'), run: () => void leave() }] : []),
          { id: 'report', label: t('report'), run: () => setAsked('report') },
          { id: 'block', label: t('block'), run: () => setAsked('block') },
        ]}
      />
      {asked === 'protection' && <ProtectionDialog who={who} name={name} onClose={close} />}
      {asked === 'report' && <ReportDialog who={who} name={name} onClose={close} />}
      {asked === 'block' && (
        <BlockDialog who={who} name={name} onClose={close} onDone={() => navigate('/messages')} />
      )}
    </header>
  );
}

/** Whether a person is muted, and the other way round. */
function useMuting(
  who: string,
  name: string,
  person: Person | undefined,
): { readonly muted: boolean; readonly change: () => Promise<void> } {
  const t = useTalkText();
  const muted = person?.muted === true;
  const change = async (): Promise<void> => {
    try {
      await call(changeBond, { params: { action: muted ? 'unmute' : 'mute' }, body: { who } });
      await makeStale('people');
      showToast({ text: t(muted ? 'unmuted' : 'muted', { name }) });
    } catch (error) {
      showToast({ text: describeProblem(error) });
    }
  };
  return { muted, change };
}

/** Reads out what comes while the conversation is open. */
function useHearing(messages: readonly Message[], who: string, name: string): void {
  const t = useTalkText();
  const heard = useRef<string>(undefined);
  const newest = messages.at(-1);
  useEffect(() => {
    const before = heard.current;
    heard.current = newest?.uri;
    if (before === undefined || newest === undefined || newest.uri === before) return;
    if (newest.author.node_id === who) announce(`${name}: ${previewOf(newest, t)}`);
  }, [newest?.uri]);
}

/** The first message that was not read when the conversation was opened; it keeps its mark while one reads. */
function useFirstUnread(
  messages: readonly Message[],
  who: string,
  unread: number | undefined,
): string | undefined {
  const [count, setCount] = useState<number>();
  const [marked, setMarked] = useState<string>();
  useEffect(() => {
    if (unread !== undefined) setCount((known) => known ?? unread);
  }, [unread]);
  useEffect(() => {
    if (count === undefined || count === 0 || messages.length === 0) return;
    setMarked((known) => known ?? messages.filter(({ author }) => author.node_id === who).at(-count)?.uri);
  }, [count, messages, who]);
  return marked;
}
