// The recovery kit: the recovery key as 24 words, shown until the owner has confirmed that they are written down.
// Confirming erases the key from the node for good; from then on only the paper can undo a thief's rotation.
import { AppError, formatKitCode, recoveryWords, type NodeId, type WordLanguage } from '#protocol';
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Database } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Random } from '#kernel/ports.ts';
import type { Secrets } from '#node/vault/index.ts';
import { choosePositions, KIT_CHECK_WORDS, KIT_TRIES_MAX, secretNames, type RecoveryState } from './model.ts';
import * as store from './store.ts';

export interface ShownKit {
  readonly words: readonly string[];
  /** For a QR code on paper; as secret as the words. */
  readonly code: string;
  /** Positions (1 to 24) of the words that `confirm` asks for. */
  readonly check: readonly number[];
}

export interface Kit {
  /** The kit of a node whose kit is not confirmed. @throws identity/kit-confirmed */
  show(actor: Actor, language: WordLanguage): Promise<ShownKit>;
  /** Erases the recovery key when the words at the asked positions are right. @throws identity/kit-confirmed, identity/kit-not-shown, identity/kit-words */
  confirm(actor: Actor, words: readonly string[]): Promise<void>;
}

export function createKit(host: {
  readonly db: Database;
  readonly events: Events;
  readonly random: Random;
  readonly secrets: Secrets;
  readonly nodeId: NodeId;
  readonly onState: (state: RecoveryState) => void;
}): Kit {
  const { db, secrets, nodeId } = host;
  const seed = async (): Promise<Uint8Array> => {
    const found = await secrets.get(secretNames.recovery);
    if (found === undefined) throw confirmed();
    return found;
  };
  let tries = 0;
  return {
    async show(actor, language) {
      const recovery = await seed();
      const check = choosePositions(host.random.bytes(32), KIT_CHECK_WORDS, 24);
      await db.write(async (tx) => {
        await store.updateSelf(tx, { kit_positions: JSON.stringify(check) });
        const event = { type: 'identity.kit_shown', subject: nodeId, actor: actorToString(actor) };
        await host.events.append(tx, [event]);
      });
      tries = 0;
      return { words: recoveryWords(recovery, language), code: formatKitCode(nodeId, recovery), check };
    },
    async confirm(actor, words) {
      const recovery = await seed();
      const self = await store.findSelf(db.read);
      const positions = JSON.parse(self?.kit_positions ?? '[]') as number[];
      // Counted before the words are looked at: a session that gave no proof must not guess them, and so erase the kit.
      if (positions.length === 0 || tries >= KIT_TRIES_MAX) throw notShown();
      tries += 1;
      const right = (['en', 'fr'] as const).some((language) => {
        const all = recoveryWords(recovery, language);
        return (
          words.length === positions.length &&
          positions.every((position, i) => plain(all[position - 1]) === plain(words[i]))
        );
      });
      if (!right) throw wrongWords(positions);
      await db.write(async (tx) => {
        await secrets.remove(tx, secretNames.recovery);
        await store.updateSelf(tx, { recovery: 'confirmed', kit_positions: null });
        const event = { type: 'identity.kit_confirmed', subject: nodeId, actor: actorToString(actor) };
        await host.events.append(tx, [event]);
        tx.afterCommit(() => host.onState('confirmed'));
      });
    },
  };
}

/** Accents and case do not count, as when the whole kit is typed. */
function plain(word: string | undefined): string {
  return (word ?? '').normalize('NFKD').replace(/\p{M}/gu, '').trim().toLowerCase();
}

function confirmed(): AppError {
  return new AppError({
    category: 'conflict',
    code: 'identity/kit-confirmed',
    safe: {
      en: 'The recovery kit was confirmed and is no longer on this node: it exists only where you wrote it down.',
      fr: "Le kit de récupération a été confirmé et n'est plus sur ce nœud : il n'existe que là où vous l'avez noté.",
    },
  });
}

function notShown(): AppError {
  return new AppError({
    category: 'conflict',
    code: 'identity/kit-not-shown',
    safe: {
      en: 'Nothing was changed. Show the kit first with "ored id kit", write it down, then confirm it.',
      fr: "Rien n'a été modifié. Affichez d'abord le kit avec « ored id kit », notez-le, puis confirmez-le.",
    },
  });
}

function wrongWords(positions: readonly number[]): AppError {
  return new AppError({
    category: 'invalid',
    code: 'identity/kit-words',
    safe: {
      en: `These are not words ${positions.join(' and ')} of the kit. Nothing was erased; compare with what you wrote down.`,
      fr: `Ce ne sont pas les mots ${positions.join(' et ')} du kit. Rien n'a été effacé ; comparez avec ce que vous avez noté.`,
    },
  });
}
