// Messages by typed key: `const useText = textOf<typeof messages>('posts')`, then `t('posts.count', {count: 3})`.
// A key that is in no catalogue does not compile; test/web/messages.test.ts holds the two languages against one another.
import { createContext, use } from 'react';
import { messageOf, type Values } from './catalogue.ts';
import { currentLanguage, language, loadMessages, messagesOf, type Language } from './language.ts';

type PluralEnd = '_zero' | '_one' | '_two' | '_few' | '_many' | '_other';
type KeyOf<Catalogue> = {
  [Key in keyof Catalogue & string]: Key extends `${infer Stem}${PluralEnd}` ? Stem : Key;
}[keyof Catalogue & string];

export type Say<Catalogue> = (key: KeyOf<Catalogue>, values?: Values) => string;

/** The language that the app speaks now, given by its root: a post has a dozen who ask for it. */
export const SpokenLanguage = createContext<Language>(currentLanguage());

/** The hook of one area's messages; suspends until they are here. */
export function textOf<Catalogue>(area: string): () => Say<Catalogue> {
  return () => {
    const now = use(SpokenLanguage);
    // Each time, also when they are here: what a component uses must not change while React repeats its rendering.
    if (area !== 'shell') use(loadMessages(area, now));
    return (key, values) => say(area, key, values);
  };
}

/** One message outside of a component. */
export function say(area: string, key: string, values: Values = {}): string {
  const isolated = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? isolatedText(value) : value,
    ]),
  );
  return messageOf(messagesOf(area), language.get(), key, isolated);
}

const MAY_TURN = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufefc]/;

/** A name written from the right, or with marks of direction, turns none of the sentence around it (UAX #9, isolates). */
function isolatedText(value: string): string {
  return MAY_TURN.test(value) ? `\u2068${value.replaceAll(/[\u2066-\u2069]/g, '')}\u2069` : value;
}
