// A voice note: the browser's own player, which the keyboard works, with the length in words before anything is fetched.
// What does not play here can be downloaded.
import { useState, type ReactNode } from 'react';
import { useSignal } from '../../api/signal.ts';
import { Icon } from '../../design/icon.tsx';
import { formatBytes } from '../../text/format.ts';
import { language } from '../../text/language.ts';
import { clockOf } from './voice.ts';
import { useTalkText } from '../words.ts';

export function VoicePlayer({
  source,
  seconds,
  bytes,
}: {
  readonly source: string;
  readonly seconds: number;
  readonly bytes: number;
}): ReactNode {
  const t = useTalkText();
  const now = useSignal(language);
  const [failed, setFailed] = useState(false);
  return (
    <figure className="voice">
      <figcaption className="mark">
        <Icon name="mic" size={16} />
        {t('voice.length', { length: clockOf(seconds) })} · {formatBytes(bytes, now)}
      </figcaption>
      {failed ? (
        <p className="note">
          {t('voice.unplayable')}{' '}
          <a href={source} download>
            {t('voice.download')}
          </a>
        </p>
      ) : (
        <audio
          controls
          preload="none"
          src={source}
          aria-label={t('voice.length', { length: clockOf(seconds) })}
          onError={() => setFailed(true)}
        />
      )}
    </figure>
  );
}
