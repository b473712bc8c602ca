// Why a message was refused, or does not move, in the owner's words. Codes come from other nodes too: whatever is not
// known here gets a plain sentence, never somebody else's text.
import type { Text } from '#protocol/errors.ts';

const sentences: Readonly<Record<string, Text>> = {
  'federation/not-a-contact': {
    en: 'Their node takes this from friends only, and does not count you as one.',
    fr: 'Son nœud ne prend cela que de ses amis, et ne vous compte pas parmi eux.',
  },
  'posts/not-followed': {
    en: 'They no longer read what you post.',
    fr: 'Cette personne ne lit plus vos publications.',
  },
  'posts/no-parent': {
    en: 'What you answered is gone there, or you may not read it any more.',
    fr: "Ce à quoi vous répondiez n'y est plus, ou vous ne pouvez plus le lire.",
  },
  'posts/not-yours': {
    en: 'Their node says that this post is not yours.',
    fr: "Son nœud dit que cette publication n'est pas à vous.",
  },
  'conversations/declined': {
    en: 'They have declined your messages.',
    fr: 'Cette personne a décliné vos messages.',
  },
  'conversations/left': {
    en: 'They have left this conversation.',
    fr: 'Cette personne a quitté cette conversation.',
  },
  'conversations/request-full': {
    en: 'They have not answered yet: wait for it before you write more.',
    fr: "Cette personne n'a pas encore répondu : attendez sa réponse avant d'écrire encore.",
  },
  'conversations/too-many-requests': {
    en: 'Too many requests wait for them. Try again later.',
    fr: 'Trop de demandes l’attendent. Réessayez plus tard.',
  },
  'people/refused': {
    en: 'They have said no to your requests.',
    fr: 'Cette personne a refusé vos demandes.',
  },
  'people/not-asked': {
    en: 'Their node no longer waits for this answer.',
    fr: "Son nœud n'attend plus cette réponse.",
  },
  'identity/closed': {
    en: 'They have left: their node is closed for good.',
    fr: 'Cette personne est partie : son nœud est fermé pour toujours.',
  },
  'federation/unconfirmed': {
    en: 'It was sent, but their node never confirmed it: they may have it.',
    fr: "Il est parti, mais son nœud ne l'a jamais confirmé : il a pu arriver.",
  },
  'network/unreachable': {
    en: 'Their node does not answer now. This node tries again by itself.',
    fr: 'Son nœud ne répond pas pour le moment. Ce nœud réessaie de lui-même.',
  },
  'network/timeout': {
    en: 'Their node answers too slowly now. This node tries again by itself.',
    fr: 'Son nœud répond trop lentement pour le moment. Ce nœud réessaie de lui-même.',
  },
  'discovery/unknown': {
    en: 'Their node could not be found. This node tries again by itself.',
    fr: "Son nœud n'a pas été trouvé. Ce nœud réessaie de lui-même.",
  },
  'identity/suspended': {
    en: 'Their identity has changed in a way that this node cannot prove: nothing is sent until you have looked.',
    fr: "Son identité a changé d'une façon que ce nœud ne peut pas prouver : rien ne part avant que vous ayez regardé.",
  },
  'federation/no-address': {
    en: 'Their node has no address that this one can reach, and no mailbox.',
    fr: "Son nœud n'a ni adresse joignable d'ici, ni boîte de dépôt.",
  },
  'federation/budget': {
    en: 'Their node has had too much at once. This node tries again by itself.',
    fr: 'Son nœud en a trop reçu à la fois. Ce nœud réessaie de lui-même.',
  },
  'federation/busy': {
    en: 'Their node is busy. This node tries again by itself.',
    fr: 'Son nœud est occupé. Ce nœud réessaie de lui-même.',
  },
  'message/unknown-type': {
    en: 'Their node is older and does not know this kind of message.',
    fr: 'Son nœud est plus ancien et ne connaît pas ce genre de message.',
  },
  'envelope/future': {
    en: 'One of the two clocks is wrong.',
    fr: "L'une des deux horloges est fausse.",
  },
};

const refused: Text = {
  en: 'Their node has refused it.',
  fr: "Son nœud l'a refusé.",
};
const waits: Text = {
  en: 'It could not be delivered yet. This node tries again by itself.',
  fr: "Il n'a pas encore pu être remis. Ce nœud réessaie de lui-même.",
};

/** The sentence for a code of the ledger. */
export function reasonText(code: string, isRefused: boolean): Text {
  const known = Object.hasOwn(sentences, code) ? sentences[code] : undefined;
  return known ?? (isRefused ? refused : waits);
}
