// The few icons of the app, drawn here: 24 by 24, one line, the colour of the text. Decoration only: the word beside
// an icon, or the label of its button, is what is read out.
import type { ReactNode } from 'react';

const paths = {
  home: 'M4 11 12 4l8 7v9h-5v-6H9v6H4z',
  pen: 'M4 20l1-5L16 4l4 4L9 19zM14 6l4 4',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2.2.8 3.5 2.6 3.5 5.5',
  person: 'M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4.500 3.500-7 8-7s8 2.500 8 7',
  messages: 'M4 5h16v11H10l-5 4v-4H4z',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  node: 'M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.01M7.5 16h.01',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 13l4 4L19 7',
  checks: 'M2 13l4 4L16 7M12 17l10-10',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  alert: 'M12 4 2.5 20h19zM12 10v4M12 17h.01',
  globe: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01',
  reply: 'M10 6 4 12l6 6v-4c5 0 8 1 10 4 0-6-4-9-10-9z',
  heart: 'M12 20C4 14 3 11 3 8.500A4.500 4.500 0 0 1 12 7a4.500 4.500 0 0 1 9 1.500C21 11 20 14 12 20z',
  refresh: 'M20 12a8 8 0 1 1-2.500-5.800M20 3v4h-4',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  camera: 'M4 8h4l2-3h4l2 3h4v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z',
  archive: 'M4 5h16v4H4zM6 9v11h12V9M10 13h4',
  send: 'M4 12 20 4l-5 16-3-6z',
  offline:
    'M3 3l18 18M5 12a10 10 0 0 1 4-2.500M2 9a14 14 0 0 1 5-3M12 6a14 14 0 0 1 10 3M8.500 15.500a5 5 0 0 1 6 0M12 19h.01',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  key: 'M8 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 13h9M18 13v4',
  device: 'M7 3h10v18H7zM11 18h2',
  shield: 'M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6z',
  print: 'M7 8V3h10v5M4 8h16v9h-3M7 17H4V8M7 14h10v7H7z',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16',
  code: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM20 14v2M14 20h2M19 19h1v1h-1z',
  share: 'M12 15V3M8 7l4-4 4 4M5 11v9h14v-9',
  mic: 'M12 14a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM5 11a7 7 0 0 0 14 0M12 18v3',
  stop: 'M7 7h10v10H7z',
  down: 'M12 4v15M6 13l6 6 6-6',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 24 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
