// Recording a voice note: one press begins, the seconds are shown, another ends it and puts it with the message, where it
// can be heard before it is sent. Where the page may not use the microphone, the same button says why.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button, IconButton } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Link } from '../../router/link.tsx';
import { announce } from '../../shell/toasts.tsx';
import { clockOf, record, VOICE_S_MAX, voiceAbility, type Recording, type VoiceNote } from './voice.ts';
import { useTalkText } from '../words.ts';

const TICK_MS = 250;

export function VoiceButton({ onNote }: { readonly onNote: (note: VoiceNote) => void }): ReactNode {
  const t = useTalkText();
  const recording = useRef<Recording>(undefined);
  const [beganAt, setBeganAt] = useState<number>();
  const [why, setWhy] = useState<'context' | 'browser' | 'refused'>();
  const seconds = useSeconds(beganAt);
  useEffect(() => () => recording.current?.discard(), []);

  const begin = async (): Promise<void> => {
    const ability = voiceAbility();
    if (ability !== 'yes') {
      setWhy(ability);
      return;
    }
    try {
      recording.current = await record();
      setBeganAt(performance.now());
      announce(t('voice.began'));
    } catch {
      // The person or the device said no: the dialog says what to do.
      setWhy('refused');
    }
  };
  const leave = (): Recording | undefined => {
    const ended = recording.current;
    recording.current = undefined;
    setBeganAt(undefined);
    return ended;
  };
  const finish = async (): Promise<void> => {
    const note = await leave()?.finish();
    if (note !== undefined) onNote(note);
  };
  const full = seconds >= VOICE_S_MAX;
  useEffect(() => {
    if (full) void finish();
  }, [full]);

  return (
    <>
      {beganAt === undefined ? (
        <IconButton icon="mic" label={t('voice.record')} onClick={() => void begin()} />
      ) : (
        <span className="recording">
          <span className="mark" role="timer" aria-live="off">
            {clockOf(seconds)}
          </span>
          <IconButton icon="trash" label={t('voice.discard')} onClick={() => leave()?.discard()} />
          <IconButton icon="stop" label={t('voice.finish')} onClick={() => void finish()} />
        </span>
      )}
      {why !== undefined && (
        <Dialog
          title={t('voice.cannot')}
          onClose={() => setWhy(undefined)}
          actions={<Button onClick={() => setWhy(undefined)}>{t('understood')}</Button>}
        >
          <p>{t(`voice.cannot.${why}`)}</p>
          {why === 'context' && <Link to="/trust">{t('toTrust')}</Link>}
        </Dialog>
      )}
    </>
  );
}

/** Seconds since a moment of `performance.now`, while there is one. */
function useSeconds(since: number | undefined): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (since === undefined) return undefined;
    setNow(performance.now());
    const timer = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [since]);
  return since === undefined ? 0 : Math.max(0, (now - since) / 1000);
}
