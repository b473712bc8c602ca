// Reads a QR code with the camera, where the browser itself can (BarcodeDetector): a decoder of ours would weigh more
// than the rest of this screen, and every phone's own camera app opens the link. The camera stops with the component.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useSecurityText } from './words.ts';

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
interface WithDetector {
  readonly BarcodeDetector?: new (options: { formats: string[] }) => Detector;
}

const LOOK_AGAIN_MS = 200;

/** Whether this page may use a camera and can read what it sees. */
export function canScan(): boolean {
  const hasDetector = (window as WithDetector).BarcodeDetector !== undefined;
  return window.isSecureContext && hasDetector && 'mediaDevices' in navigator;
}

export function Scanner({ onFound }: { readonly onFound: (text: string) => void }): ReactNode {
  const t = useSecurityText();
  const video = useRef<HTMLVideoElement>(null);
  const found = useRef(onFound);
  found.current = onFound;
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    watch(video.current, stop.signal, (text) => found.current(text)).catch(() => setRefused(true));
    return () => stop.abort();
  }, []);
  if (refused) return <p className="problem-note">{t('scan.refused')}</p>;
  return <video ref={video} className="scanner" muted playsInline aria-label={t('scan.label')} />;
}

async function watch(
  video: HTMLVideoElement | null,
  stop: AbortSignal,
  onFound: (text: string) => void,
): Promise<void> {
  const { BarcodeDetector } = window as WithDetector;
  if (video === null || BarcodeDetector === undefined) return;
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  const end = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  if (stop.aborted) {
    end();
    return;
  }
  stop.addEventListener('abort', end, { once: true });
  video.srcObject = stream;
  await video.play();
  while (!stop.aborted) {
    const [code] = await detector.detect(video);
    if (code !== undefined && !stop.aborted) {
      onFound(code.rawValue);
      return;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_AGAIN_MS);
    });
  }
}
