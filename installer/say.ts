// Everything that the installer tells a person, in English and French. The first address printed is the node's own:
// scripts and people take the first one that they see, so no other may stand before it.
import type { Text } from '#protocol/errors.ts';
import type { Language, Step } from './plan.ts';
import { qrText } from './qr.ts';

/** What a step does, while it does it; null for steps too quick to speak of. */
export function stepText(step: Step): Text | null {
  switch (step.do) {
    case 'init':
      return {
        en: `Creating the node "${step.username}" ...`,
        fr: `Création du nœud « ${step.username} » ...`,
      };
    case 'stop':
      return { en: 'Stopping the node ...', fr: 'Arrêt du nœud ...' };
    case 'start':
      return { en: 'Starting the node ...', fr: 'Démarrage du nœud ...' };
    case 'configure':
      return {
        en: `Setting ${step.setting.key} to ${withoutScheme(step.setting.value)} ...`,
        fr: `Réglage de ${step.setting.key} sur ${withoutScheme(step.setting.value)} ...`,
      };
    default:
      return null;
  }
}

/** No address may be printed before the node's own. */
function withoutScheme(value: string): string {
  return value.replace(/^https?:\/\//, '');
}

export interface Outcome {
  readonly language: Language;
  /** False when there was nothing to do. */
  readonly changed: boolean;
  readonly running: boolean;
  readonly byHand: boolean;
  readonly username: string | null;
  readonly url: string | null;
  readonly claimUrl: string | null;
  readonly registry: string | null;
  readonly lan: boolean;
  readonly command: string;
  readonly logPlace: string;
  /** The command to start the node again after the machine has restarted, where nothing else does. */
  readonly afterReboot: string | null;
}

/** The last lines of an installation. */
export function outcomeText(outcome: Outcome): string {
  const { url, command } = outcome;
  const lines: (Text | null)[] = [headline(outcome)];
  if (outcome.running && url !== null && outcome.lan) lines.push(same(`\n${qrText(url)}\n`));
  if (outcome.claimUrl !== null) {
    lines.push({
      en: `Make it yours (this link works once, keep it to yourself):\n  ${outcome.claimUrl}`,
      fr: `Prenez-en possession (ce lien ne sert qu'une fois, gardez-le pour vous) :\n  ${outcome.claimUrl}`,
    });
  }
  if (outcome.running) {
    lines.push({ en: `Next:\n  ${command} status`, fr: `Ensuite :\n  ${command} status` });
    if (outcome.registry === null) lines.push(noDirectory(command));
    lines.push({ en: `Log: ${outcome.logPlace}`, fr: `Journal : ${outcome.logPlace}` });
    if (outcome.afterReboot !== null) lines.push(afterReboot(outcome.afterReboot));
  } else if (outcome.afterReboot !== null) {
    lines.push({
      en: `Start it:\n  ${outcome.afterReboot}`,
      fr: `Pour le démarrer :\n  ${outcome.afterReboot}`,
    });
  }
  return lines.flatMap((line) => (line === null ? [] : [line[outcome.language]])).join('\n');
}

function headline(outcome: Outcome): Text {
  const { url, changed, running, byHand } = outcome;
  if (!running)
    return { en: 'O-Red is installed, and not running.', fr: "O-Red est installé, et n'est pas démarré." };
  if (byHand) {
    return {
      en: `O-Red is running at ${url}, started by hand. To have it watched over, stop it and run this again.`,
      fr: `O-Red fonctionne à l'adresse ${url}, démarré à la main. Pour qu'il soit surveillé, arrêtez-le et recommencez.`,
    };
  }
  if (changed) return { en: `O-Red is running at ${url}`, fr: `O-Red fonctionne à l'adresse ${url}` };
  return {
    en: `O-Red is already installed and running at ${url}`,
    fr: `O-Red est déjà installé et fonctionne à l'adresse ${url}`,
  };
}

function noDirectory(command: string): Text {
  return {
    en: `The node is in no directory yet, so others cannot find it by name. To list it:\n  ${command} config set registry.url URL`,
    fr: `Le nœud n'est encore dans aucun annuaire : on ne peut pas le trouver par son nom. Pour l'inscrire :\n  ${command} config set registry.url URL`,
  };
}

function afterReboot(command: string): Text {
  return {
    en: `This machine has no systemd for it: after a reboot, start it with this command, or add it to "crontab -e" after @reboot:\n  ${command}`,
    fr: `Cette machine ne le relance pas par systemd : après un redémarrage, lancez cette commande, ou ajoutez-la dans « crontab -e » après @reboot :\n  ${command}`,
  };
}

function same(text: string): Text {
  return { en: text, fr: text };
}
