// What goes with the message that is being written: small pictures, files by name, a voice note that can be heard.
// Each can be taken away again.
import { useEffect, useState, type ReactNode } from 'react';
import type { AttachedFile } from '../../content/attached.ts';
import { useContentText } from '../../content/words.ts';
import { useSignal } from '../../api/signal.ts';
import { IconButton } from '../../design/button.tsx';
import { Icon } from '../../design/icon.tsx';
import { formatBytes } from '../../text/format.ts';
import { language } from '../../text/language.ts';
import { isVoice, lengthOf } from './voice.ts';
import { useTalkText } from '../words.ts';

export function AttachedRow({
  files,
  onRemove,
}: {
  readonly files: readonly AttachedFile[];
  readonly onRemove: (id: string) => void;
}): ReactNode {
  const content = useContentText();
  if (files.length === 0) return null;
  return (
    <ul className="attached-row" aria-label={content('attached')}>
      {files.map((file) => (
        <AttachedOne key={file.id} file={file} onRemove={() => onRemove(file.id)} />
      ))}
    </ul>
  );
}

function AttachedOne({
  file,
  onRemove,
}: {
  readonly file: AttachedFile;
  readonly onRemove: () => void;
}): ReactNode {
  const t = useTalkText();
  const content = useContentText();
  const now = useSignal(language);
  const [source, setSource] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file.blob);
    setSource(made);
    return () => URL.revokeObjectURL(made);
  }, [file.blob]);
  const voice = isVoice(file.name);
  const length = lengthOf(file.durationMs ?? 0);
  const name = voice ? t('voice.length', { length }) : file.name;
  return (
    <li>
      {voice ? (
        <audio controls src={source} aria-label={name} />
      ) : file.blob.type.startsWith('image/') ? (
        <img src={source} alt={file.name} />
      ) : (
        <span className="attached-name">
          <Icon name="archive" size={20} />
          <bdi>{file.name}</bdi> <span className="mark">{formatBytes(file.blob.size, now)}</span>
        </span>
      )}
      <IconButton icon="close" label={content('attach.remove', { name })} onClick={onRemove} />
    </li>
  );
}
