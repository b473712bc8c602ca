// What both ends of a pairing share: the link in the QR code, and the time that is left.
// A link that only works on this machine is no use to a phone, so the node's own address takes its place where it has one.
import { useEffect, useState } from 'react';

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether an address leads to the machine on which it is opened. */
export const isOfThisMachine = (address: string): boolean => LOOPBACK.test(new URL(address).hostname);

/** The link for the other device: as the node made it, or under the node's own address. */
export function linkFor(
  begun: { readonly url: string; readonly code: string },
  own: string | undefined,
): string {
  if (!isOfThisMachine(begun.url) || own === undefined || isOfThisMachine(own)) return begun.url;
  return `${own}/#pair=${begun.code}`;
}

/** The code in what somebody scanned or typed: a whole link, or the code alone. */
export function codeIn(text: string): string {
  return /#pair=([\w-]+)/.exec(text)?.[1] ?? text.trim();
}

/** Seconds until a moment, counted down to 0. */
export function useSecondsTo(moment: string): number {
  const until = Date.parse(moment);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((until - now) / 1_000));
}
