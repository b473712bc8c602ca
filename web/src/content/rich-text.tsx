// Words of people on the screen: as React nodes, never as HTML. Long ones open on demand, what has a warning opens on
// demand, and a link that looks like another says where it leads before it goes there.
// Links of strangers carry no referrer and no trust (rel), and open beside the app.
import { createContext, Fragment, use, useMemo, useState, type MouseEvent, type ReactNode } from 'react';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Icon } from '../design/icon.tsx';
import { Link } from '../router/link.tsx';
import { pathTo } from '../router/match.ts';
import './content.css';
import { readAddress, type LinkAddress } from '../text/link-address.ts';
import { cutText, parseText, type Block, type Inline } from './rich-text.ts';
import { useContentText } from './words.ts';

/** Shown before "Show more": about a screen of a phone. Half as much again is shown whole. */
const SHOWN_CHARS = 800;
const SHOWN_LINES = 16;
const WHOLE_FACTOR = 1.5;

/** Asks about a doubtful link, outside of the paragraph that it stands in. */
const AskAbout = createContext<(address: LinkAddress) => void>(() => undefined);

export interface RichTextProps {
  readonly text: string;
  /** Shows all of it: a post on a page of its own. */
  readonly whole?: boolean;
}

/** A text of a person. */
export function RichText({ text, whole = false }: RichTextProps): ReactNode {
  const t = useContentText();
  const [open, setOpen] = useState(whole);
  const [asking, setAsking] = useState<LinkAddress>();
  const short = useMemo(() => shortened(text), [text]);
  const blocks = useMemo(() => parseText(open ? text : short), [open, text, short]);
  const isCut = !open && short.length < text.length;
  return (
    <div className="rich-text" dir="auto">
      <AskAbout value={setAsking}>
        {blocks.map((block, at) => (
          <BlockView key={at} block={block} />
        ))}
      </AskAbout>
      {isCut && (
        <Button look="quiet" className="show-more" aria-expanded={false} onClick={() => setOpen(true)}>
          {t('more', { count: text.length - short.length })}
        </Button>
      )}
      {asking !== undefined && <LinkQuestion address={asking} onClose={() => setAsking(undefined)} />}
    </div>
  );
}

function shortened(text: string): string {
  const lines = text.split('\n');
  const few = lines.length > SHOWN_LINES * WHOLE_FACTOR ? lines.slice(0, SHOWN_LINES).join('\n') : text;
  return few.length > SHOWN_CHARS * WHOLE_FACTOR ? cutText(few, SHOWN_CHARS) : few;
}

/** Words and pictures behind their warning, if there is one: open when the person says so. */
export function Warned({
  warning,
  children,
}: {
  readonly warning: string | null;
  readonly children: ReactNode;
}): ReactNode {
  const t = useContentText();
  const [open, setOpen] = useState(false);
  if (warning === null) return children;
  return (
    <div className="warned">
      <p className="warning" dir="auto">
        <Icon name="alert" size={20} />
        <bdi>{warning}</bdi>
      </p>
      <Button aria-expanded={open} onClick={() => setOpen(!open)}>
        {t(open ? 'warning.close' : 'warning.open')}
      </Button>
      {open && children}
    </div>
  );
}

function BlockView({ block }: { readonly block: Block }): ReactNode {
  switch (block.kind) {
    case 'code':
      return (
        // It scrolls sideways, so keys must reach it.
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'quote':
      return (
        <blockquote dir="auto">
          <Inlines of={block.of} />
        </blockquote>
      );
    case 'list': {
      const items = block.items.map((item, at) => (
        <li key={at} dir="auto">
          <Inlines of={item} />
        </li>
      ));
      return block.from === null ? <ul>{items}</ul> : <ol start={block.from}>{items}</ol>;
    }
    default:
      return (
        <p dir="auto">
          <Inlines of={block.of} />
        </p>
      );
  }
}

function Inlines({ of }: { readonly of: readonly Inline[] }): ReactNode {
  return of.map((inline, at) => <Fragment key={at}>{inlineView(inline)}</Fragment>);
}

function inlineView(inline: Inline): ReactNode {
  switch (inline.kind) {
    case 'text':
      return inline.text;
    case 'code':
      return <code>{inline.text}</code>;
    case 'strong':
      return (
        <strong>
          <Inlines of={inline.of} />
        </strong>
      );
    case 'emphasis':
      return (
        <em>
          <Inlines of={inline.of} />
        </em>
      );
    case 'mention':
      return (
        <Link to={pathTo('/people/:who', { who: inline.who })} className="mention">
          <bdi>@{inline.who}</bdi>
        </Link>
      );
    default:
      return <OutwardLink address={inline.address} label={inline.text} />;
  }
}

function OutwardLink({ address, label }: { readonly address: string; readonly label: string }): ReactNode {
  const t = useContentText();
  const ask = use(AskAbout);
  const own = label === address;
  const found = readAddress(address, own ? undefined : label);
  if (found === undefined) return own ? address : `${label} (${address})`;
  const follow = (event: MouseEvent): void => {
    if (found.doubt === null) return;
    event.preventDefault();
    ask(found);
  };
  return (
    <>
      <a href={found.href} target="_blank" rel="noopener noreferrer nofollow ugc" onClick={follow}>
        {found.doubt !== null && (
          <>
            <Icon name="alert" size={16} />
            <span className="only-read">{t('link.doubtful')} </span>
          </>
        )}
        <bdi>{own ? found.shown : label}</bdi>
      </a>
      {!own && <span className="mark"> ({found.host})</span>}
    </>
  );
}

function LinkQuestion({
  address,
  onClose,
}: {
  readonly address: LinkAddress;
  readonly onClose: () => void;
}): ReactNode {
  const t = useContentText();
  return (
    <Dialog
      title={t('link.title')}
      onClose={onClose}
      actions={
        <>
          <a
            className="button"
            href={address.href}
            target="_blank"
            rel="noopener noreferrer nofollow ugc"
            onClick={onClose}
          >
            {t('link.open')}
          </a>
          <Button look="primary" onClick={onClose}>
            {t('link.stay')}
          </Button>
        </>
      }
    >
      <p>{t(`link.${address.doubt ?? 'lookalike'}`)}</p>
      <p className="link-host" dir="ltr">
        {address.host}
      </p>
    </Dialog>
  );
}
