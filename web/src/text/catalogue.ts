// A message of a catalogue with its values: the plural form of `count` by the rules of the language (CLDR, by Intl), and
// `{{name}}` filled in once, numbers as the language writes them: what a value says is never read as a message. The page and the service worker speak by it.

export type Messages = Readonly<Record<string, string>>;
export type Values = Readonly<Record<string, string | number>>;

const rules = new Map<string, Intl.PluralRules>();

function pluralOf(count: number, language: string): string {
  let known = rules.get(language);
  if (known === undefined) {
    known = new Intl.PluralRules(language);
    rules.set(language, known);
  }
  return known.select(count);
}

/** The message of `key`, or of the form of it that `values.count` asks for; the key itself where there is none. */
export function messageOf(messages: Messages, language: string, key: string, values: Values): string {
  const { count } = values;
  const form = typeof count === 'number' ? messages[`${key}_${pluralOf(count, language)}`] : undefined;
  const text = form ?? messages[key] ?? key;
  if (!text.includes('{{')) return text;
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_whole, name: string) =>
    (values[name] ?? '').toLocaleString(language),
  );
}
