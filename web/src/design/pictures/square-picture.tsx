// Choosing the square of a picture that becomes a portrait: by dragging, or by three sliders, which the keyboard moves
// too. What leaves is drawn anew here, small: neither the rest of the picture nor its place and time go anywhere.
import { useEffect, useId, useRef, useState, type PointerEvent, type ReactNode } from 'react';
import { useShellText } from '../../shell/words.ts';
import { Button } from '../button.tsx';
import { Dialog } from '../dialog.tsx';
import './picture.css';

/** Pixels of a side: sharp on every screen at the sizes that the app shows. */
const SIDE = 512;
const ZOOM_MAX = 4;
const QUALITY = 0.9;

export interface SquareWords {
  readonly title: string;
  readonly zoom: string;
  readonly across: string;
  readonly down: string;
  readonly use: string;
  /** Said where the file is no picture that this browser can read. */
  readonly unreadable: string;
  readonly cancel: string;
}

export interface SquarePictureProps {
  readonly file: Blob;
  readonly words: SquareWords;
  readonly onDone: (picture: Blob) => void;
  readonly onClose: () => void;
}

/** Zoom from 1; places from 0 (start) to 1 (end). */
interface Cut {
  readonly zoom: number;
  readonly across: number;
  readonly down: number;
}
const MIDDLE: Cut = { zoom: 1, across: 0.5, down: 0.5 };

export function SquarePicture({ file, words, onDone, onClose }: SquarePictureProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [picture, setPicture] = useState<ImageBitmap | 'unreadable'>();
  const [cut, setCut] = useState(MIDDLE);
  const shell = useShellText();
  useEffect(() => {
    let left = false;
    createImageBitmap(file).then(
      (bitmap) => {
        if (left) bitmap.close();
        else setPicture(bitmap);
      },
      () => setPicture('unreadable'),
    );
    return () => void (left = true);
  }, [file]);
  useEffect(() => {
    if (picture instanceof ImageBitmap && canvas.current !== null) draw(canvas.current, picture, cut);
  }, [picture, cut]);

  const drag = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.buttons !== 1 || !(picture instanceof ImageBitmap)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const perPixel = visibleSide(picture, cut) / event.currentTarget.clientWidth;
    setCut((before) => movedBy(picture, before, -event.movementX * perPixel, -event.movementY * perPixel));
  };
  const finish = (): void => {
    canvas.current?.toBlob((blob) => blob !== null && onDone(blob), 'image/jpeg', QUALITY);
  };
  const unreadable = picture === 'unreadable';
  return (
    <Dialog
      title={words.title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{unreadable ? shell('close') : words.cancel}</Button>
          {!unreadable && (
            <Button look="primary" busy={picture === undefined} onClick={finish}>
              {words.use}
            </Button>
          )}
        </>
      }
    >
      {unreadable ? (
        <p role="alert">{words.unreadable}</p>
      ) : (
        <div className="square">
          <canvas ref={canvas} width={SIDE} height={SIDE} onPointerMove={drag} aria-hidden="true" />
          <Slider
            label={words.zoom}
            value={cut.zoom}
            min={1}
            max={ZOOM_MAX}
            onChange={(zoom) => setCut({ ...cut, zoom })}
          />
          <Slider label={words.across} value={cut.across} onChange={(across) => setCut({ ...cut, across })} />
          <Slider label={words.down} value={cut.down} onChange={(down) => setCut({ ...cut, down })} />
        </div>
      )}
    </Dialog>
  );
}

function Slider({
  label,
  value,
  min = 0,
  max = 1,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly min?: number;
  readonly max?: number;
  readonly onChange: (value: number) => void;
}): ReactNode {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={0.01}
        value={value}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
    </>
  );
}

/** The side of the square that is shown, in pixels of the picture. */
const visibleSide = ({ width, height }: ImageBitmap, { zoom }: Cut): number => Math.min(width, height) / zoom;

function draw(canvas: HTMLCanvasElement, picture: ImageBitmap, cut: Cut): void {
  const side = visibleSide(picture, cut);
  const left = (picture.width - side) * cut.across;
  const top = (picture.height - side) * cut.down;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.imageSmoothingQuality = 'high';
  // JPEG has no transparency: what shows through would become black.
  context.fillStyle = 'white';
  context.fillRect(0, 0, SIDE, SIDE);
  context.drawImage(picture, left, top, side, side, 0, 0, SIDE, SIDE);
}

function movedBy(picture: ImageBitmap, cut: Cut, right: number, down: number): Cut {
  const side = visibleSide(picture, cut);
  const moved = (place: number, room: number, by: number): number =>
    room <= 0 ? place : Math.min(1, Math.max(0, place + by / room));
  return {
    ...cut,
    across: moved(cut.across, picture.width - side, right),
    down: moved(cut.down, picture.height - side, down),
  };
}
