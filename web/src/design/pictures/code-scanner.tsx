// Reads a QR code with the camera, by the browser's own detector. Where there is none (some browsers, plain http), the
// screen offers typing and pasting alone: `canScan` says so before anything is shown.
// The picture never leaves this component; the camera is let go as soon as it closes.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Dialog } from '../dialog.tsx';
import './codes.css';

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
type DetectorClass = new (options: { readonly formats: readonly string[] }) => Detector;

/** Looks this often: a hand holds still for longer. */
const LOOK_MS = 250;

const detectorClass = (): DetectorClass | undefined =>
  (window as Window & { readonly BarcodeDetector?: DetectorClass }).BarcodeDetector;
/** Typed as always there; outside of a secure context it is not. */
const cameras = (): MediaDevices | undefined => navigator.mediaDevices;

/** Whether this browser, in this context, can scan at all. */
export const canScan = (): boolean => detectorClass() !== undefined && cameras() !== undefined;

export interface CodeScannerProps {
  readonly title: string;
  /** What to hold before the camera. */
  readonly aim: string;
  /** Said when the camera was refused or is not there. */
  readonly refused: string;
  /** Called with each text that was read, until the scanner is closed. */
  readonly onCode: (text: string) => void;
  readonly onClose: () => void;
}

export function CodeScanner({ title, aim, refused, onCode, onClose }: CodeScannerProps): ReactNode {
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  const found = useRef(onCode);
  found.current = onCode;
  useEffect(() => {
    let closed = false;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    const start = async (): Promise<void> => {
      const Detecting = detectorClass();
      const opened = await cameras()?.getUserMedia({ video: { facingMode: 'environment' } });
      if (opened === undefined || Detecting === undefined) throw new Error('no camera or no detector');
      stream = opened;
      if (closed || video.current === null) return stopAll(opened);
      video.current.srcObject = opened;
      await video.current.play();
      const detector = new Detecting({ formats: ['qr_code'] });
      timer = setInterval(() => void look(detector), LOOK_MS);
    };
    const look = async (detector: Detector): Promise<void> => {
      if (video.current === null) return;
      // A frame that cannot be read is followed by another.
      const codes = await detector.detect(video.current).catch(() => []);
      const text = codes[0]?.rawValue;
      if (text !== undefined && !closed) found.current(text);
    };
    start().catch(() => {
      if (!closed) setFailed(true);
    });
    return () => {
      closed = true;
      clearInterval(timer);
      if (stream !== undefined) stopAll(stream);
    };
  }, []);
  return (
    <Dialog title={title} onClose={onClose}>
      {failed ? (
        <p role="alert">{refused}</p>
      ) : (
        <>
          <video ref={video} className="scanner" muted playsInline />
          <p className="note">{aim}</p>
        </>
      )}
    </Dialog>
  );
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
