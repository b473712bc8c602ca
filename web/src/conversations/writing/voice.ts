// Voice notes: recorded by the browser's own MediaRecorder where the page may use the microphone. The length travels
// beside the file, because recordings made as they are spoken carry none. What is a voice note is told by its name.

/** Longest note: ten minutes of speech stay far below what a message may carry. */
export const VOICE_S_MAX = 600;
const NAME = /^voice-note\.(?:webm|m4a|ogg)$/;
const formats = [
  { type: 'audio/webm;codecs=opus', end: 'webm' },
  { type: 'audio/mp4', end: 'm4a' },
  { type: 'audio/ogg;codecs=opus', end: 'ogg' },
] as const;
/** Speech is clear at this rate, and a minute costs 240 kB. */
const BITS_PER_SECOND = 32_000;

export function isVoice(name: string | null): boolean {
  return name !== null && NAME.test(name);
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
  readonly durationMs: number;
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
          const durationMs = Math.min(VOICE_S_MAX * 1000, Math.round(performance.now() - beganAt));
          const blob = new Blob(parts, { type: format.type.split(';')[0] ?? '' });
          resolve({ blob, name: `voice-note.${format.end}`, durationMs });
        });
        end();
      }),
  };
}

/** The length of a note, which is never nothing: "1:07". */
export function lengthOf(durationMs: number): string {
  return clockOf(Math.max(1, Math.round(durationMs / 1000)));
}

/** "1:07". */
export function clockOf(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
