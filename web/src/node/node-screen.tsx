// The owner's node on one page: where it is and since when, what still has to be done, how full it is, what waits to
// leave. Everything here is what the node says of itself now.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { read } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { Card } from '../design/card.tsx';
import { Icon } from '../design/icon.tsx';
import { ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { formatBytes, formatDuration, formatNumber } from '../text/format.ts';
import { language } from '../text/language.ts';
import { DoctorCard } from './doctor-card.tsx';
import { Fact, Facts } from './facts.tsx';
import './node.css';
import { readStatus, showIdentity, type Room, type StatusParts } from './routes.ts';
import { useNodeText } from './words.ts';

export function Screen(): ReactNode {
  const t = useNodeText();
  const status = useQuery(read(readStatus, {}));
  return (
    <>
      <ScreenHead title={t('title')} />
      {status.isPending && <Skeletons count={3} />}
      {status.isError && status.data === undefined && (
        <ProblemNote error={status.error} onRetry={() => void status.refetch()} />
      )}
      {status.data !== undefined && (
        <div className="cards">
          <AboutCard
            url={status.data.server_url}
            version={status.data.version}
            uptimeS={status.data.uptime_s}
          />
          <StandingCard parts={status.data as StatusParts} />
          <StorageCard database={status.data.database.bytes} storage={(status.data as StatusParts).storage} />
          <WaitingCard parts={status.data as StatusParts} />
          <DoctorCard />
          <nav className="card links" aria-label={t('more')}>
            <Link to="/node/peers">{t('peers')}</Link>
            <Link to="/node/log">{t('log')}</Link>
          </nav>
        </div>
      )}
    </>
  );
}

function AboutCard({
  url,
  version,
  uptimeS,
}: {
  readonly url: string;
  readonly version: string;
  readonly uptimeS: number;
}): ReactNode {
  const t = useNodeText();
  const now = useSignal(language);
  const identity = useQuery(read(showIdentity, { query: { language: now } }));
  return (
    <Card aria-labelledby="node-about">
      <h2 id="node-about">{t('about')}</h2>
      <Facts>
        <Fact name={t('address')}>
          <span translate="no">{url}</span>
        </Fact>
        {identity.data !== undefined && (
          <Fact name={t('nodeId')}>
            <code>{identity.data.node_id}</code>
          </Fact>
        )}
        <Fact name={t('version')}>{version}</Fact>
        <Fact name={t('uptime')}>{formatDuration(uptimeS, now)}</Fact>
        {identity.data !== undefined && (
          <Fact name={t('kit')}>
            {identity.data.recovery === 'confirmed' ? (
              <Good>{t('kit.confirmed')}</Good>
            ) : (
              <Bad>
                {t('kit.unconfirmed')} <Link to="/welcome">{t('kit.confirm')}</Link>
              </Bad>
            )}
          </Fact>
        )}
      </Facts>
    </Card>
  );
}

function StandingCard({ parts: { registry, clock } }: { readonly parts: StatusParts }): ReactNode {
  const t = useNodeText();
  if (registry === undefined) return null;
  const { url, registered, mailbox_only: mailboxOnly } = registry;
  return (
    <Card aria-labelledby="node-standing">
      <h2 id="node-standing">{t('standing')}</h2>
      <Facts>
        <Fact name={t('registry')}>
          {url === null ? t('registry.none') : <span translate="no">{url}</span>}
          {url !== null && (registered ? <Good>{t('registry.yes')}</Good> : <Bad>{t('registry.no')}</Bad>)}
        </Fact>
        {url !== null && <Fact name={t('reach')}>{t(mailboxOnly ? 'reach.mailbox' : 'reach.direct')}</Fact>}
        {clock !== undefined && (
          <Fact name={t('clock')}>
            {clock.agrees ? (
              t('clock.right')
            ) : (
              <Bad>{t('clock.wrong', { seconds: clock.off_by_s ?? 0 })}</Bad>
            )}
          </Fact>
        )}
      </Facts>
    </Card>
  );
}

function StorageCard({
  database,
  storage,
}: {
  readonly database: number;
  readonly storage: StatusParts['storage'];
}): ReactNode {
  const t = useNodeText();
  const now = useSignal(language);
  return (
    <Card aria-labelledby="node-storage">
      <h2 id="node-storage">{t('storage')}</h2>
      <Facts>
        <Fact name={t('storage.database')}>{formatBytes(database, now)}</Fact>
      </Facts>
      {storage !== undefined && (
        <>
          <RoomMeter name={t('storage.media')} about={t('storage.media.about')} room={storage.media} />
          <RoomMeter name={t('storage.cache')} about={t('storage.cache.about')} room={storage.cache} />
        </>
      )}
    </Card>
  );
}

function RoomMeter({
  name,
  about,
  room,
}: {
  readonly name: string;
  readonly about: string;
  readonly room: Room;
}): ReactNode {
  const t = useNodeText();
  const now = useSignal(language);
  const words = t('storage.of', {
    used: formatBytes(room.bytes, now),
    all: formatBytes(room.bytes_max, now),
  });
  return (
    <div className="room">
      <p>
        <span>{name}</span> <span className="mark">{words}</span>
      </p>
      <meter
        min={0}
        max={room.bytes_max}
        high={room.bytes_max * 0.9}
        value={room.bytes}
        aria-label={name}
        aria-valuetext={words}
      />
      <small>{about}</small>
    </div>
  );
}

const WAITING = ['queued', 'sent', 'relayed', 'held', 'refused', 'expired'] as const;

function WaitingCard({ parts: { outbox = {} } }: { readonly parts: StatusParts }): ReactNode {
  const t = useNodeText();
  const now = useSignal(language);
  const shown = WAITING.filter((state) => (outbox[state] ?? 0) > 0);
  return (
    <Card aria-labelledby="node-waiting">
      <h2 id="node-waiting">{t('waiting')}</h2>
      {shown.length === 0 ? (
        <Good>{t('waiting.none')}</Good>
      ) : (
        <Facts>
          {shown.map((state) => (
            <Fact key={state} name={t(`waiting.${state}`)}>
              {formatNumber(outbox[state] ?? 0, now)}
            </Fact>
          ))}
        </Facts>
      )}
      <p>
        <Link to="/deliveries">{t('waiting.see')}</Link>
      </p>
    </Card>
  );
}

export function Good({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <span className="mark" data-state="arrived">
      <Icon name="check" size={16} />
      {children}
    </span>
  );
}

export function Bad({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <span className="mark" data-state="refused">
      <Icon name="alert" size={16} />
      <span>{children}</span>
    </span>
  );
}
