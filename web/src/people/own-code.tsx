// What somebody else needs to find the owner: the code for a camera, the address and the node id for everything else.
// All of it is public. Sharing goes through the device's own sheet where there is one.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { read } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { QrCode } from '../design/pictures/qr-code.tsx';
import { ProblemNote, Skeletons } from '../design/text.tsx';
import { language } from '../text/language.ts';
import { CopyButton } from '../design/copy-button.tsx';
import { FingerprintWords } from './fingerprint.tsx';
import { showIdentity } from './routes.ts';
import { usePeopleText } from './words.ts';

/** `words`: also the fingerprint, for comparing. */
export function OwnCode({ words = false }: { readonly words?: boolean }): ReactNode {
  const t = usePeopleText();
  const now = useSignal(language);
  const own = useQuery(read(showIdentity, { query: { language: now } }));
  if (own.data === undefined) {
    return own.isError ? (
      <ProblemNote error={own.error} onRetry={() => void own.refetch()} />
    ) : (
      <Skeletons count={2} />
    );
  }
  const { code, username, server_url: url, node_id: nodeId, fingerprint } = own.data;
  const address = `${username}@${new URL(url).host}`;
  // Many browsers on computers have no sheet to share with.
  const canShare = 'share' in navigator;
  const send = async (): Promise<void> => {
    await navigator
      .share({ title: 'O-Red', text: t('own.share.text', { address, nodeId }) })
      // Closing the sheet is an answer too.
      .catch(() => undefined);
  };
  return (
    <>
      <div className="own-code">
        <QrCode value={code} label={t('own.code')} />
        <dl>
          <dt>{t('own.address')}</dt>
          <dd>
            <bdi translate="no">{address}</bdi>
            <CopyButton text={address} label={t('copy.address')} />
          </dd>
          <dt>{t('own.nodeId')}</dt>
          <dd>
            <span className="node-id" translate="no">
              {nodeId}
            </span>
            <CopyButton text={nodeId} label={t('copy.nodeId')} />
          </dd>
        </dl>
      </div>
      {canShare && (
        <Button icon="share" onClick={() => void send()}>
          {t('own.share')}
        </Button>
      )}
      {words && (
        <>
          <h2>{t('own.words')}</h2>
          <p className="note">{t('own.words.about')}</p>
          <FingerprintWords words={fingerprint.words} />
        </>
      )}
    </>
  );
}
