// `ored config get|set`: the settings file. Needs no running node; a running one keeps what it started with, and the
// person is told to restart. Unknown keys and values that do not fit are refused before anything is written.
import { listSettings, loadConfig, readSetting, writeSetting } from '#kernel/config.ts';
import { mkdirSync } from 'node:fs';
import { lockHolder } from '../../run/lock.ts';
import type { OwnCommand } from '../program.ts';

export function configCommands(env: Readonly<Record<string, string | undefined>>): OwnCommand[] {
  const get: OwnCommand = {
    path: 'config get',
    about: { en: 'Show one setting, or all', fr: 'Afficher un réglage, ou tous' },
    examples: ['ored config get', 'ored config get edge.port'],
    args: [
      {
        name: 'key',
        about: { en: 'Setting, e.g. edge.port', fr: 'Réglage, p. ex. edge.port' },
        optional: true,
      },
    ],
    run(context, { key }) {
      const config = loadConfig({ dataDir: context.dataDir, env });
      if (key !== undefined) {
        const value = readSetting(config, key) ?? null;
        return Promise.resolve({ json: value, text: show(value) });
      }
      const all = listSettings().map((setting) => ({
        key: setting.key,
        value: readSetting(config, setting.key) ?? null,
        description: setting.description,
      }));
      return Promise.resolve({
        json: Object.fromEntries(all.map((setting) => [setting.key, setting.value])),
        text: all.map((setting) => `${setting.key} = ${show(setting.value)}`).join('\n'),
      });
    },
  };
  const set: OwnCommand = {
    path: 'config set',
    about: { en: 'Change one setting', fr: 'Changer un réglage' },
    examples: ['ored config set edge.port 7702', 'ored config set registry.url https://registry.example'],
    args: [
      { name: 'key', about: { en: 'Setting', fr: 'Réglage' } },
      {
        name: 'value',
        about: {
          en: 'New value; left out: back to the default',
          fr: 'Nouvelle valeur ; sans elle : celle de base',
        },
        optional: true,
      },
    ],
    run(context, { key = '', value }) {
      mkdirSync(context.dataDir, { recursive: true, mode: 0o700 });
      writeSetting(context.dataDir, key, value);
      const now = readSetting(loadConfig({ dataDir: context.dataDir, env }), key) ?? null;
      const restart = lockHolder(context.dataDir) !== undefined;
      const hint = restart
        ? context.say({
            en: '\nThe running node takes this at its next start: ored stop, then ored start.',
            fr: '\nLe nœud en marche le prendra au prochain démarrage : ored stop, puis ored start.',
          })
        : '';
      return Promise.resolve({
        json: { key, value: now, restart_needed: restart },
        text: `${key} = ${show(now)}${hint}`,
      });
    },
  };
  return [get, set];
}

function show(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
