// Voice notes: recorded by the browser's own MediaRecorder where the page may use the microphone. The length travels in
// the file's name, because recordings made as they are spoken carry none; it is a label and trusted for nothing else.

/** Longest note: ten minutes of speech stay far below what a message may carry. */
export const VOICE_S_MAX = 600;
const NAME = /^voice-note-(\d{1,4})s\.(?:webm|m4a|ogg)$/;
const formats = [
  { type: 'audio/webm;codecs=opus', end: 'webm' },
  { type: 'audio/mp4', end: 'm4a' },
  { type: 'audio/ogg;codecs=opus', end: 'ogg' },
] as const;
/** Speech is clear at this rate, and a minute costs 240 kB. */
const BITS_PER_SECOND = 32_000;

/** Seconds that a file's name tells of, or undefined where it is no voice note. */
export function voiceSeconds(name: string | null): number | undefined {
  const seconds = NAME.exec(name ?? '')?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), VOICE_S_MAX);
}

/** Whether this page may ask for the microphone: `context` where only the connection is in the way. */
export function voiceAbility(): 'yes' | 'context' | 'browser' {
  if (!window.isSecureContext) return 'context';
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  const known = 'MediaRecorder' in window && devices !== undefined && formatHere() !== undefined;
  return known ? 'yes' : 'browser';
}

const formatHere = (): (typeof formats)[number] | undefined =>
  formats.find(({ type }) => MediaRecorder.isTypeSupported(type));

export interface VoiceNote {
  readonly blob: Blob;
  readonly name: string;
  readonly seconds: number;
}

export interface Recording {
  /** Ends it and gives what was said. */
  finish(): Promise<VoiceNote>;
  /** Ends it and keeps nothing. */
  discard(): void;
}

/** Begins to record. Rejects where the person or the device says no. */
export async function record(): Promise<Recording> {
  const format = formatHere();
  if (format === undefined) throw new Error('this browser records nothing');
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream, { mimeType: format.type, audioBitsPerSecond: BITS_PER_SECOND });
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const beganAt = performance.now();
  recorder.start();
  const end = (): void => {
    if (recorder.state !== 'inactive') recorder.stop();
    // The browser's sign that it listens goes out with the last track.
    for (const track of stream.getTracks()) track.stop();
  };
  return {
    discard: end,
    finish: () =>
      new Promise((resolve) => {
        recorder.addEventListener('stop', () => {
          const seconds = Math.min(
            VOICE_S_MAX,
            Math.max(1, Math.round((performance.now() - beganAt) / 1000)),
          );
          const blob = new Blob(parts, { type: format.type.split(';')[0] ?? '' });
          resolve({ blob, name: `voice-note-${seconds}s.${format.end}`, seconds });
        });
        end();
      }),
  };
}

/** "1:07". */
export function clockOf(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
