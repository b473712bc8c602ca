// Block lists as files: read leniently (other programs wrote them) and bounded, written as JSON that any node takes.
// Nothing in them is executed or fetched; who is named is looked up by the node.
import { BLOCKS_MAX, BLOCK_COMMENT_CHARS_MAX, WHO_CHARS_MAX } from '#protocol/limits.ts';

export interface BlockEntry {
  readonly who: string;
  readonly comment?: string;
}

/** The entries of a JSON array, or of CSV with the address in the first column; undefined for what is no list. */
export function readBlockList(text: string): BlockEntry[] | undefined {
  const found = /^\s*\[/.test(text) ? fromJson(text) : fromCsv(text);
  if (found === undefined) return undefined;
  const unique = new Map(found.map((entry) => [entry.who, entry]));
  return unique.size === 0 || unique.size > BLOCKS_MAX ? undefined : [...unique.values()];
}

export function writeBlockList(
  blocked: readonly { readonly node_id: string; readonly username: string }[],
): string {
  return `${JSON.stringify(blocked, null, 2)}\n`;
}

function fromJson(text: string): BlockEntry[] | undefined {
  try {
    const list = JSON.parse(text) as unknown;
    if (!Array.isArray(list)) return undefined;
    return list.flatMap((item: unknown) => {
      if (typeof item === 'string') return entryOf(item, undefined);
      if (typeof item !== 'object' || item === null) return [];
      const { node_id: id, who, comment } = item as Record<string, unknown>;
      return entryOf(id ?? who, comment);
    });
  } catch {
    // Not JSON after all: no list.
    return undefined;
  }
}

function fromCsv(text: string): BlockEntry[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const first = /^"?([^",]*)"?/.exec(line)?.[1]?.trim() ?? '';
    return first.startsWith('#') || /^account address$/i.test(first) ? [] : entryOf(first, undefined);
  });
}

function entryOf(who: unknown, comment: unknown): BlockEntry[] {
  if (typeof who !== 'string' || who.trim() === '' || who.length > WHO_CHARS_MAX) return [];
  const words =
    typeof comment === 'string' && comment !== ''
      ? { comment: comment.slice(0, BLOCK_COMMENT_CHARS_MAX) }
      : {};
  return [{ who: who.trim(), ...words }];
}
