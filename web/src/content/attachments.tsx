// The files of what is being written, as they will be seen, each with room for words about it; and the ways to add some.
// Words for who does not see a picture are asked for kindly: a note until they are there, never a refusal.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button, IconButton } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import { TextField } from '../design/field.tsx';
import { formatBytes } from '../text/format.ts';
import { useSignal } from '../api/signal.ts';
import { language } from '../text/language.ts';
import type { OutboxFile, OutboxItem } from '../offline/database.ts';
import { fileProgress } from '../offline/outbox-files.ts';
import type { AttachedFile, Attaching } from './attached.ts';
import './content.css';
import { kindOfFile } from './media.ts';
import { useContentText } from './words.ts';

/** As the protocol allows (`alt` of a media item). */
const ALT_CHARS_MAX = 2_000;
const OFFERED = 'image/*,video/*,audio/*';

/** Buttons: a file, and where there is a camera that one holds, a picture. */
export function AttachButtons({ attaching }: { readonly attaching: Attaching }): ReactNode {
  const t = useContentText();
  const file = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const add = (input: HTMLInputElement): void => {
    const chosen = [...(input.files ?? [])];
    // The same file may be chosen again after it was taken away.
    input.value = '';
    void attaching.add(chosen);
  };
  return (
    <>
      <Button
        look="quiet"
        className="action"
        icon="picture"
        busy={attaching.pending > 0}
        onClick={() => file.current?.click()}
      >
        {t('attach')}
      </Button>
      {matchMedia('(pointer: coarse)').matches && (
        <Button look="quiet" className="action" icon="camera" onClick={() => camera.current?.click()}>
          {t('attach.camera')}
        </Button>
      )}
      <input
        ref={file}
        type="file"
        hidden
        multiple
        accept={OFFERED}
        onChange={({ currentTarget }) => add(currentTarget)}
      />
      <input
        ref={camera}
        type="file"
        hidden
        accept="image/*"
        capture="environment"
        onChange={({ currentTarget }) => add(currentTarget)}
      />
    </>
  );
}

/** What is attached so far. */
export function AttachedList({
  files,
  attaching,
}: {
  readonly files: readonly AttachedFile[];
  readonly attaching: Attaching;
}): ReactNode {
  const t = useContentText();
  const { problem, pending } = attaching;
  return (
    <>
      <p className={problem === undefined ? 'note' : 'note problem'} role="status">
        {problem === undefined
          ? pending > 0 && t('attach.pending')
          : t(`attach.${problem.kind}`, { name: problem.name })}
      </p>
      {files.length > 0 && (
        <ul className="attached" aria-label={t('attached')}>
          {files.map((file) => (
            <AttachedItem key={file.id} file={file} attaching={attaching} />
          ))}
        </ul>
      )}
    </>
  );
}

function AttachedItem({
  file,
  attaching,
}: {
  readonly file: AttachedFile;
  readonly attaching: Attaching;
}): ReactNode {
  const t = useContentText();
  const now = useSignal(language);
  const source = useBlobAddress(file.blob);
  const isPicture = kindOfFile(file.blob) === 'picture' || file.blob.type.startsWith('image/');
  return (
    <li>
      {isPicture && source !== undefined ? (
        <img src={source} alt="" width={file.width ?? undefined} height={file.height ?? undefined} />
      ) : (
        <span className="attached-file">
          <Icon name="archive" />
          <bdi>{file.name}</bdi>
        </span>
      )}
      <TextField
        label={t('alt.label', { name: file.name })}
        advice={file.alt === '' ? t('alt.advice') : formatBytes(file.blob.size, now)}
        value={file.alt}
        maxLength={ALT_CHARS_MAX}
        dir="auto"
        autoComplete="off"
        onChange={({ target }) => attaching.describe(file.id, target.value)}
      />
      <IconButton
        icon="close"
        label={t('attach.remove', { name: file.name })}
        onClick={() => attaching.remove(file.id)}
      />
    </li>
  );
}

/** An address of this page for a blob, while the component lives. */
function useBlobAddress(blob: Blob): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return address;
}

/** The files of what has not left this device, and how much of them has. */
export function WaitingFiles({ item }: { readonly item: OutboxItem }): ReactNode {
  const t = useContentText();
  const share = useSignal(fileProgress).get(item.key);
  if (item.files === undefined) return null;
  return (
    <>
      <div className="attached-small">
        {item.files.map((file, at) => (
          <WaitingFile key={at} file={file} />
        ))}
      </div>
      {share !== undefined && (
        <progress value={share} max={1} aria-label={t('attach.leaving')} className="sending" />
      )}
    </>
  );
}

function WaitingFile({ file: { blob, name, alt } }: { readonly file: OutboxFile }): ReactNode {
  const now = useSignal(language);
  const source = useBlobAddress(blob);
  const kind = kindOfFile(blob);
  if (kind === 'picture') return source === undefined ? null : <img src={source} alt={alt} />;
  return (
    <p className="row">
      <Icon name={kind === 'sound' ? 'mic' : 'archive'} /> <bdi>{name}</bdi>
      <span className="mark">{formatBytes(blob.size, now)}</span>
    </p>
  );
}
