// A voice note: the browser's own player, which the keyboard works, with the length in words before anything is fetched.
// What does not play here can be downloaded.
import { useState, type ReactNode } from 'react';
import { useSignal } from '../../api/signal.ts';
import { Icon } from '../../design/icon.tsx';
import { formatBytes } from '../../text/format.ts';
import { language } from '../../text/language.ts';
import { lengthOf } from './voice.ts';
import { useTalkText } from '../words.ts';

export function VoicePlayer({
  source,
  durationMs,
  bytes,
}: {
  readonly source: string;
  /** As its sender says. */
  readonly durationMs: number | null;
  readonly bytes: number;
}): ReactNode {
  const t = useTalkText();
  const now = useSignal(language);
  const [failed, setFailed] = useState(false);
  const name = durationMs === null ? t('voice') : t('voice.length', { length: lengthOf(durationMs) });
  return (
    <figure className="voice">
      <figcaption className="mark">
        <Icon name="mic" size={16} />
        {name} · {formatBytes(bytes, now)}
      </figcaption>
      {failed ? (
        <p className="note">
          {t('voice.unplayable')}{' '}
          <a href={source} download>
            {t('voice.download')}
          </a>
        </p>
      ) : (
        <audio controls preload="none" src={source} aria-label={name} onError={() => setFailed(true)} />
      )}
    </figure>
  );
}
