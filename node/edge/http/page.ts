// The first page: what runs at this address, and how its owner takes it in hand. No inline script, no third party,
// nothing about the owner beyond the public name; the claim link itself is never shown here.
import type { Text } from '#protocol/errors.ts';
import { renderClaimForm } from './claim-form.ts';

export interface PageFacts {
  readonly username: string;
  readonly nodeId: string;
  readonly claimed: boolean;
}

export const pageStyle = `:root { color-scheme: light dark; font: 1.0625rem/1.6 system-ui, sans-serif; }
body { margin: 0 auto; padding: 3rem 1.25rem; max-width: 38rem; }
h1 { font-size: 1.75rem; line-height: 1.2; }
code { overflow-wrap: anywhere; }
input { font: inherit; padding: 0.4rem; width: 100%; box-sizing: border-box; }
button { font: inherit; padding: 0.5rem 1.25rem; }
a:focus-visible, input:focus-visible, button:focus-visible { outline: 3px solid; outline-offset: 2px; }
`;

/** The page as HTML in one language. */
export function renderPage(facts: PageFacts, language: keyof Text): string {
  const say = (en: string, fr: string): string => (language === 'fr' ? fr : en);
  const name = escapeHtml(facts.username);
  const title = name === '' ? 'O-Red' : say(`${name}’s node`, `Le nœud « ${name} »`);
  const claim = facts.claimed
    ? ''
    : `<section id="claim-hint"><h2>${say('Is it yours?', 'C’est le vôtre ?')}</h2>
<p>${say(
        'Nobody has claimed this node yet. On the machine where it runs, type <code>ored status</code>: it shows a link that works once, with which you choose your passphrase.',
        'Personne n’en a encore pris possession. Sur la machine où il tourne, tapez <code>ored status</code> : la commande montre un lien à usage unique, avec lequel vous choisirez votre phrase de passe.',
      )}</p></section>
${renderClaimForm(language)}`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="stylesheet" href="/page.css">
</head>
<body>
<main>
<h1>${title}</h1>
<p>${say(
    'This is an O-Red node: a personal server that belongs to one person and talks with those of others.',
    'Ceci est un nœud O-Red : un serveur personnel, qui appartient à une personne et parle avec ceux des autres.',
  )}</p>
<p>${say('Its identity:', 'Son identité :')} <code>${escapeHtml(facts.nodeId)}</code></p>
${claim}
<p><a href="/api/docs">${say('Documentation of its API', 'Documentation de son API')}</a></p>
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
