// The recovery kit as one sheet of paper: 24 numbered words in columns, the same as a QR code, whose node it is, and
// what one does with it. The explanation stands in both languages, since who finds it may not be who printed it.
import type { ReactNode } from 'react';
import { useSignal } from '../api/signal.ts';
import { QrCode } from '../design/pictures/qr-code.tsx';
import { language, languages } from '../text/language.ts';
import type { Kit } from './first-run.ts';
import { useWelcomeText } from './words.ts';

/** Whose kit it is, as the paper says. */
export interface KitOwner {
  readonly node_id: string;
  readonly username: string;
  readonly server_url: string;
}

export function KitPaper({ kit, identity }: { readonly kit: Kit; readonly identity: KitOwner }): ReactNode {
  const t = useWelcomeText();
  const now = useSignal(language);
  const date = new Intl.DateTimeFormat(now, { dateStyle: 'long' }).format();
  return (
    <section className="paper" aria-label={t('paper.title')}>
      <h2>{t('paper.title')}</h2>
      {languages.map((name) => (
        <p key={name} lang={name} className={name === now ? 'paper-about' : 'paper-about print-only'}>
          {t(`paper.about.${name}`)}
        </p>
      ))}
      <ol className="paper-words" translate="no">
        {kit.words.map((word, at) => (
          // A word may stand twice in a kit.
          <li key={`${at} ${word}`}>{word}</li>
        ))}
      </ol>
      <div className="paper-foot">
        <QrCode value={kit.code} label={t('paper.qr')} />
        <dl>
          <dt>{t('paper.whose')}</dt>
          <dd translate="no">{identity.username}</dd>
          <dt>{t('paper.address')}</dt>
          <dd translate="no">{identity.server_url}</dd>
          <dt>{t('paper.id')}</dt>
          <dd translate="no">{identity.node_id}</dd>
          <dt>{t('paper.date')}</dt>
          <dd>{date}</dd>
        </dl>
      </div>
    </section>
  );
}
