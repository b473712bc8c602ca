// The form behind the claim link: the owner chooses a passphrase. The token stands in the link's fragment, which
// browsers send to no server; the script reads it, sends it once in the body, and takes it out of the address.
// Without a token in the address the form stays hidden, and the page says where to find the link.
import type { Text } from '#protocol/errors.ts';

/** The form as HTML in one language; `claimScript` brings it to life. */
export function renderClaimForm(language: keyof Text): string {
  const say = (en: string, fr: string): string => (language === 'fr' ? fr : en);
  return `<form id="claim" hidden data-done="${say(
    'It is yours. You are signed in on this device.',
    'Il est à vous. Vous êtes connecté sur cet appareil.',
  )}" data-differ="${say(
    'The two are not the same. Nothing was changed.',
    'Les deux ne sont pas identiques. Rien n’a été modifié.',
  )}" data-unreachable="${say(
    'The node does not answer. Nothing was changed; try again.',
    'Le nœud ne répond pas. Rien n’a été modifié ; réessayez.',
  )}">
<h2>${say('Make it yours', 'Prenez-en possession')}</h2>
<p id="advice">${say(
    'Choose a passphrase: a few words in a row are best. Nobody can give it back to you.',
    'Choisissez une phrase de passe : quelques mots à la suite, c’est le mieux. Personne ne pourra vous la rendre.',
  )}</p>
<p><label for="passphrase">${say('Passphrase', 'Phrase de passe')}</label><br>
<input id="passphrase" type="password" autocomplete="new-password" required aria-describedby="advice"></p>
<p><label for="again">${say('The same again', 'La même, encore une fois')}</label><br>
<input id="again" type="password" autocomplete="new-password" required></p>
<p><button>${say('Make it mine', 'Il est à moi')}</button></p>
</form>
<p id="outcome" role="status"></p>
<script src="/claim.js" defer></script>`;
}

/** The script of the form: plain, static, served from this node. */
export const claimScript = `const form = document.getElementById('claim');
const hint = document.getElementById('claim-hint');
const outcome = document.getElementById('outcome');
const token = new URLSearchParams(location.hash.slice(1)).get('claim');
if (token) {
  form.hidden = false;
  hint.hidden = true;
  form.elements[0].focus();
}
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const passphrase = form.querySelector('#passphrase').value;
  if (passphrase !== form.querySelector('#again').value) {
    outcome.textContent = form.dataset.differ;
    return;
  }
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    const answer = await fetch('/api/v1/claim', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': document.documentElement.lang },
      body: JSON.stringify({ token, passphrase }),
    });
    if (answer.ok) {
      history.replaceState(null, '', location.pathname);
      form.hidden = true;
      outcome.textContent = form.dataset.done;
    } else {
      outcome.textContent = (await answer.json()).detail;
    }
  } catch {
    outcome.textContent = form.dataset.unreachable;
  } finally {
    button.disabled = false;
  }
});
`;
