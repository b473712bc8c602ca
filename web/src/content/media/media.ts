// A file of a post or a message, as the app shows it: its kind from the type that the node found in its bytes, and the
// addresses on the own node under which it is served (docs/security.md U3: what is not listed here is a download).

export interface ShownFile {
  readonly key: string;
  readonly type: string;
  readonly size: number;
  readonly name: string | null;
  readonly alt: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** The whole file. */
  readonly full: string;
  /** A small picture of it, where there is one. */
  readonly small: string | null;
  /** One that fills a screen, where the whole is larger than that. */
  readonly view: string | null;
  /** The colour that stands in its place until it comes: `#rrggbb`. */
  readonly color: string | null;
}

export type FileKind = 'picture' | 'film' | 'sound' | 'file';

const pictures: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp']);

export function kindOfFile({ type }: Pick<ShownFile, 'type'>): FileKind {
  if (pictures.has(type)) return 'picture';
  if (type.startsWith('video/')) return 'film';
  return type.startsWith('audio/') ? 'sound' : 'file';
}
