// The files of a post: pictures in their own ratio, or side by side when there are several, so that nothing moves when
// they come; sound and film with the browser's own controls; everything else as a download with its size. With the
// data-saver, nothing is fetched before a tap.
import { useState, type ReactNode } from 'react';
import { useSignal } from '../../api/signal.ts';
import { Icon } from '../../design/icon.tsx';
import { formatBytes } from '../../text/format.ts';
import { language } from '../../text/language.ts';
import '../content.css';
import { useContentText } from '../words.ts';
import { dataSaver, savesData } from './data-saver.ts';
import { kindOfFile, type ShownFile } from './media.ts';
import { MediaViewer } from './media-viewer.tsx';

/** Pictures side by side; the last says how many more there are. */
const TILES_MAX = 4;
/** A ratio beyond these is cut in the list, and whole in the viewer. */
const RATIO_MIN = 0.6;
const RATIO_MAX = 2.4;
const RATIO_UNKNOWN = 4 / 3;

export function MediaGrid({ files }: { readonly files: readonly ShownFile[] }): ReactNode {
  const [viewed, setViewed] = useState<number>();
  const pictures = files.filter((file) => kindOfFile(file) === 'picture');
  const others = files.filter((file) => kindOfFile(file) !== 'picture');
  const tiles = pictures.slice(0, TILES_MAX);
  const more = pictures.length - tiles.length;
  return (
    <div className="media">
      {tiles.length > 0 && (
        <div className="tiles" data-count={tiles.length}>
          {tiles.map((file, at) => (
            <Tile
              key={file.key}
              file={file}
              alone={tiles.length === 1}
              more={at === tiles.length - 1 ? more : 0}
              onOpen={() => setViewed(at)}
            />
          ))}
        </div>
      )}
      {others.map((file) => (
        <OtherFile key={file.key} file={file} />
      ))}
      {viewed !== undefined && (
        <MediaViewer files={pictures} start={viewed} onClose={() => setViewed(undefined)} />
      )}
    </div>
  );
}

function Tile({
  file,
  alone,
  more,
  onOpen,
}: {
  readonly file: ShownFile;
  readonly alone: boolean;
  readonly more: number;
  readonly onOpen: () => void;
}): ReactNode {
  const t = useContentText();
  const now = useSignal(language);
  const saving = savesData(useSignal(dataSaver));
  const [wanted, setWanted] = useState(false);
  const [failed, setFailed] = useState(false);
  const ratio = Math.min(RATIO_MAX, Math.max(RATIO_MIN, ratioOf(file)));
  const waits = saving && !wanted;
  const name = file.alt ?? t('picture.unnamed');
  return (
    <button
      type="button"
      className="tile"
      style={{
        ...(alone ? { aspectRatio: ratio } : {}),
        ...(file.color === null || waits || failed ? {} : { backgroundColor: file.color }),
      }}
      aria-label={waits ? t('picture.load', { name }) : t('picture.open', { name })}
      onClick={waits ? () => setWanted(true) : onOpen}
    >
      {waits || failed ? (
        <span className="tile-wait">
          <Icon name="picture" />
          {failed ? t('picture.failed') : t('picture.tap', { size: formatBytes(file.size, now) })}
        </span>
      ) : (
        <img
          src={(alone ? file.view : file.small) ?? file.small ?? file.full}
          alt={file.alt ?? ''}
          width={file.width ?? undefined}
          height={file.height ?? undefined}
          loading="lazy"
          decoding="async"
          onError={() => setFailed(true)}
        />
      )}
      {more > 0 && <span className="tile-more">{t('picture.more', { count: more })}</span>}
      {file.alt !== null && !waits && (
        <span className="tile-alt" aria-hidden="true">
          {t('alt.mark')}
        </span>
      )}
    </button>
  );
}

function ratioOf({ width, height }: ShownFile): number {
  return width === null || height === null || height === 0 ? RATIO_UNKNOWN : width / height;
}

function OtherFile({ file }: { readonly file: ShownFile }): ReactNode {
  const t = useContentText();
  const now = useSignal(language);
  const saving = savesData(useSignal(dataSaver));
  const kind = kindOfFile(file);
  const [failed, setFailed] = useState(false);
  const name = file.alt ?? file.name ?? t(`kind.${kind}`);
  const size = formatBytes(file.size, now);
  const preload = saving ? 'none' : 'metadata';
  return (
    <figure className="other-file">
      {kind === 'film' && !failed && (
        // What is said in it stands in the words beside it: there is no track to give.
        <video
          controls
          playsInline
          preload={preload}
          src={file.full}
          poster={file.small ?? undefined}
          aria-label={name}
          onError={() => setFailed(true)}
        />
      )}
      {kind === 'sound' && !failed && (
        <audio controls preload="none" src={file.full} aria-label={name} onError={() => setFailed(true)} />
      )}
      <figcaption>
        <bdi>{name}</bdi> <span className="mark">{size}</span>
        <a className="button quiet" href={file.full} download={file.name ?? ''}>
          <Icon name="download" size={20} />
          {t('download')}
          <span className="only-read"> {name}</span>
        </a>
      </figcaption>
    </figure>
  );
}
