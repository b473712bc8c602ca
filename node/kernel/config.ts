// Settings, in layers: defaults, then config.json in the data folder, then ORED_AREA_SETTING, then flags.
// Read once, checked as a whole, frozen. Secrets are never settings: they live in the keyring and the vault.
import { AppError } from '#protocol/errors.ts';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isAddressRange } from './network.ts';

const httpUrl = z
  .url({ protocol: /^https?$/ })
  .max(512)
  .transform((url) => url.replace(/\/+$/, ''));
const flag = z.union([z.boolean(), z.stringbool()]);
const list = z.union([
  z.array(z.string()),
  z.string().transform((s) =>
    s
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
]);
/** A wrong range would only be found when the network starts, and the node would not. */
const ranges = list.refine((cidrs) => cidrs.every(isAddressRange), 'expected ranges such as 192.168.1.0/24');

/** Every setting, by area. The descriptions are what `ored config` shows. */
const settingsSchema = z.strictObject({
  node: z.strictObject({
    url: httpUrl.optional().describe('Address under which others reach this node'),
    language: z.enum(['en', 'fr']).default('en').describe('Language of this node’s own texts'),
  }),
  edge: z.strictObject({
    host: z.string().max(255).default('127.0.0.1').describe('Address to listen on'),
    port: z.coerce.number().int().min(0).max(65_535).optional().describe('Port to listen on'),
    hosts: list.default([]).describe('Further host names under which this node may be opened'),
    proxies: ranges
      .default([])
      .describe('Address ranges (CIDR) of proxies in front, which open connections for many'),
    insecure: flag
      .default(false)
      .describe('Whether people may claim this node and sign in without TLS from other machines'),
  }),
  registry: z.strictObject({
    url: httpUrl.optional().describe('Directory in which this node is listed'),
    region: z.string().max(64).default('').describe('Region shown in the directory'),
    listed: flag.default(true).describe('Whether the directory shows this node in searches'),
  }),
  federation: z.strictObject({
    networks: ranges
      .default([])
      .describe('Further address ranges (CIDR) that this node may contact, besides public ones and its own'),
  }),
  vault: z.strictObject({
    quota_bytes: z.coerce
      .number()
      .int()
      .min(1_048_576)
      .default(20 * 1024 ** 3)
      .describe('Most bytes of media kept here'),
    cache_bytes: z.coerce
      .number()
      .int()
      .min(0)
      .default(2 * 1024 ** 3)
      .describe('Most bytes kept of other people’s media'),
  }),
  log: z.strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('How much is logged'),
  }),
});

export type Config = Readonly<{ [Area in keyof Settings]: Readonly<Settings[Area]> }>;
type Settings = z.output<typeof settingsSchema>;
type Layer = Record<string, Record<string, unknown>>;

export const configFile = (dataDir: string): string => join(dataDir, 'config.json');

/** Every setting's key with its description and default, in order. */
export function listSettings(): { key: string; description: string; default: unknown }[] {
  return Object.entries(settingsSchema.shape).flatMap(([area, schema]) =>
    Object.entries(schema.shape).map(([name, setting]) => ({
      key: `${area}.${name}`,
      description: setting.description ?? '',
      default: setting.safeParse(undefined).data,
    })),
  );
}

/**
 * Reads all layers.
 * @throws config/damaged when config.json is not JSON, config/invalid when a setting is unknown or out of range
 */
export function loadConfig(options: {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags?: Layer;
}): Config {
  const layers = [readConfigFile(options.dataDir), layerFromEnv(options.env), options.flags ?? {}];
  const merged: Layer = Object.fromEntries(Object.keys(settingsSchema.shape).map((area) => [area, {}]));
  for (const layer of layers) {
    for (const [area, settings] of Object.entries(layer)) merged[area] = { ...merged[area], ...settings };
  }
  const parsed = settingsSchema.safeParse(merged);
  if (!parsed.success) throw invalidSetting(parsed.error);
  return deepFreeze(parsed.data);
}

/** Writes one setting into config.json, after checking the result. @throws config/invalid, config/unknown */
export function writeSetting(dataDir: string, key: string, value: string | undefined): void {
  const [area, name] = splitKey(key);
  const file = readConfigFile(dataDir);
  const settings = { ...file[area] };
  if (value === undefined) delete settings[name];
  else settings[name] = value;
  const next = { ...file, [area]: settings };
  loadConfig({ dataDir: join(dataDir, '.none'), env: {}, flags: next });
  const target = configFile(dataDir);
  writeFileSync(`${target}.new`, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${target}.new`, target);
}

/** One setting's value. @throws config/unknown */
export function readSetting(config: Config, key: string): unknown {
  const [area, name] = splitKey(key);
  return (config as unknown as Layer)[area]?.[name];
}

function splitKey(key: string): readonly [area: string, name: string] {
  if (!listSettings().some((setting) => setting.key === key)) {
    throw new AppError({
      category: 'invalid',
      code: 'config/unknown',
      safe: {
        en: `There is no setting "${key}". See "ored config get" for the list.`,
        fr: `Il n'y a pas de réglage « ${key} ». Voir la liste avec « ored config get ».`,
      },
    });
  }
  const [area = '', name = ''] = key.split('.');
  return [area, name];
}

function readConfigFile(dataDir: string): Layer {
  const file = configFile(dataDir);
  if (!existsSync(file)) return {};
  try {
    return z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new AppError({
      category: 'invalid',
      code: 'config/damaged',
      safe: {
        en: `${file} is not valid JSON. Nothing was changed. Mend it, or remove it to return to the defaults.`,
        fr: `${file} n'est pas du JSON valide. Rien n'a été modifié. Corrigez-le, ou supprimez-le pour revenir aux réglages de base.`,
      },
      cause: error,
    });
  }
}

function layerFromEnv(env: Readonly<Record<string, string | undefined>>): Layer {
  const layer: Layer = {};
  for (const { key } of listSettings()) {
    const value = env[`ORED_${key.replace('.', '_').toUpperCase()}`];
    const [area = '', name = ''] = key.split('.');
    if (value !== undefined && value !== '') layer[area] = { ...layer[area], [name]: value };
  }
  return layer;
}

function invalidSetting(error: z.ZodError): AppError {
  const issues = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return new AppError({
    category: 'invalid',
    code: 'config/invalid',
    safe: {
      en: `A setting is wrong (${issues}). Nothing was changed. Correct it with "ored config set".`,
      fr: `Un réglage est incorrect (${issues}). Rien n'a été modifié. Corrigez-le avec « ored config set ».`,
    },
    cause: error,
  });
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
