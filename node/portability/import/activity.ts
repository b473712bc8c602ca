// An activity of an outbox as a post of this node, or the reason why it becomes none. Pure.
// Nothing in an archive is trusted: each field has the type that is used, or is left out.
import {
  COMBINING_MARKS_MAX,
  POST_MEDIA_MAX,
  POST_TEXT_CHARS_MAX,
  POST_WARNING_CHARS_MAX,
} from '#protocol/limits.ts';
import { htmlToText } from './html-text.ts';
import { ALT_CHARS_MAX, ORIGIN_CHARS_MAX, type Note, type NoteFile, type SkipReason } from './model.ts';

type Fields = Readonly<Record<string, unknown>>;

const PUBLIC = new Set(['https://www.w3.org/ns/activitystreams#Public', 'as:Public', 'Public']);
/** What people write; polls are Questions. */
const written = new Set(['Note', 'Article', 'Question', 'Page']);
const TAGS_MAX = 500;
const CHOICES_MAX = 50;

/** @param now a later date is one of a broken clock: the moment of the import is taken. */
export function noteOf(activity: unknown, now: number): Note | { readonly skipped: SkipReason } {
  const outer = fieldsOf(activity);
  if (outer === undefined) return { skipped: 'malformed' };
  if (outer['type'] === 'Announce') return { skipped: 'boost' };
  if (outer['type'] !== 'Create') return { skipped: 'other' };
  const note = fieldsOf(outer['object']);
  if (note === undefined) return { skipped: 'malformed' };
  if (!written.has(String(note['type']))) return { skipped: 'other' };
  const origin = addressOf(note['id']);
  const createdAt = Date.parse(stringOf(note['published']) ?? stringOf(outer['published']) ?? '');
  if (origin === undefined || Number.isNaN(createdAt) || createdAt < 0) return { skipped: 'malformed' };
  const author = addressOf(note['attributedTo']);
  if (author !== undefined && author !== (addressOf(outer['actor']) ?? author))
    return { skipped: 'malformed' };
  const visibility = visibilityOf(note, outer);
  if (visibility === undefined) return { skipped: 'direct' };
  const files = filesOf(note);
  const text = textOf(note);
  if (text === '' && files.length === 0) return { skipped: 'malformed' };
  const warning = warningOf(note);
  const replyTo = addressOf(note['inReplyTo']) ?? null;
  return { origin, createdAt: Math.min(createdAt, now), visibility, text, warning, replyTo, files };
}

/** Everybody (listed or not): public. Followers: friends, since a follower here sees only what is public. */
function visibilityOf(note: Fields, outer: Fields): 'public' | 'friends' | undefined {
  const to = addressesOf(note['to'] ?? outer['to']);
  const cc = addressesOf(note['cc'] ?? outer['cc']);
  if ([...to, ...cc].some((address) => PUBLIC.has(address))) return 'public';
  const isFollowers = (address: string): boolean => /\/followers\/?$/.test(address);
  return [...to, ...cc].some(isFollowers) ? 'friends' : undefined;
}

function textOf(note: Fields): string {
  const names = new Map<string, string>();
  for (const tag of listOf(note['tag']).slice(0, TAGS_MAX)) {
    const { type, href, name } = fieldsOf(tag) ?? {};
    if (type !== 'Mention' || typeof href !== 'string' || typeof name !== 'string') continue;
    names.set(href, fullName(name, href));
  }
  const content = stringOf(note['content']) ?? firstString(note['contentMap']) ?? '';
  const title = stringOf(note['name']);
  const parts = [
    note['type'] !== 'Question' && title !== undefined ? htmlToText(title) : '',
    htmlToText(content, names),
    choicesOf(note),
  ];
  return tamed(parts.filter((part) => part !== '').join('\n\n'), POST_TEXT_CHARS_MAX);
}

function warningOf(note: Fields): string | null {
  const line = htmlToText(stringOf(note['summary']) ?? '').replaceAll(/\s+/g, ' ');
  return tamed(line, POST_WARNING_CHARS_MAX) || null;
}

/** Mastodon names people of its own server without it. */
function fullName(name: string, href: string): string {
  if (/^@[^@]+@/.test(name)) return name;
  const host = URL.parse(href)?.host ?? '';
  return host === '' ? name : `${name.startsWith('@') ? name : `@${name}`}@${host}`;
}

/** A poll as it stood: each choice with its votes. */
function choicesOf(note: Fields): string {
  return [...listOf(note['oneOf']), ...listOf(note['anyOf'])]
    .slice(0, CHOICES_MAX)
    .flatMap((choice) => {
      const fields = fieldsOf(choice);
      const name = stringOf(fields?.['name']);
      const votes = fieldsOf(fields?.['replies'])?.['totalItems'];
      return name === undefined ? [] : [`- ${name}${typeof votes === 'number' ? ` (${votes})` : ''}`];
    })
    .join('\n');
}

function filesOf(note: Fields): NoteFile[] {
  return listOf(note['attachment'])
    .flatMap((attachment) => {
      const { url, href, name, summary } = fieldsOf(attachment) ?? {};
      const path = archivePath(stringOf(url) ?? stringOf(href) ?? '');
      const alt = tamed(stringOf(name) ?? stringOf(summary) ?? '', ALT_CHARS_MAX);
      return path === undefined ? [] : [{ path, alt: alt === '' ? null : alt }];
    })
    .slice(0, POST_MEDIA_MAX);
}

/**
 * Where a file of a post lies in the archive. Mastodon writes the path of its own storage: below `media_attachments/`
 * always the same, before it a slash, a bucket or `/system/`.
 */
export function archivePath(url: string): string | undefined {
  const path = /^https?:/i.test(url) ? (URL.parse(url)?.pathname ?? '') : url;
  const at = path.indexOf('media_attachments/');
  const inside = (at < 0 ? path : path.slice(at)).replace(/^\/+/, '');
  return inside === '' || inside.split('/').includes('..') ? undefined : inside;
}

const TURNING = /[\u202a-\u202e]/g;
const UNSEEN = /(?![\t\n])\p{Cc}|\p{Cs}|[\u{e0000}-\u{e001f}\u{e0080}-\u{e0fff}]/gu;
const MARKS_OVER = new RegExp(`(\\p{M}{${COMBINING_MARKS_MAX}})\\p{M}+`, 'gu');

/** Text of others in the form that this node signs (`cleanText`): what it would refuse is taken out, what is over is cut. */
export function tamed(text: string, charsMax: number): string {
  const clean = text
    .replace(/\r\n?/g, '\n')
    .replace(TURNING, '')
    .replace(UNSEEN, '')
    .normalize('NFD')
    .replace(MARKS_OVER, '$1')
    .normalize('NFC')
    .trim();
  if (clean.length <= charsMax) return clean;
  // Not in the middle of a character.
  return `${clean
    .slice(0, charsMax - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…`;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}
function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
function firstString(value: unknown): string | undefined {
  return Object.values(fieldsOf(value) ?? {}).find((each) => typeof each === 'string');
}
/** An address, or that of an object given whole. */
function addressOf(value: unknown): string | undefined {
  const address = stringOf(value) ?? stringOf(fieldsOf(value)?.['id']);
  if (address === undefined || address.length > ORIGIN_CHARS_MAX) return undefined;
  return /^https?:\/\/[^\s]+$/.test(address) && URL.canParse(address) ? address : undefined;
}
function addressesOf(value: unknown): string[] {
  return listOf(value).filter((each) => typeof each === 'string');
}
