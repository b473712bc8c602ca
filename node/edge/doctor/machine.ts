// The doctor's checks of this machine: keys, database, disk, port. Each reads and judges, none repairs: a check
// that changes what it looks at could make a loss of data worse.
import { isLockedByPassphrase, openKeyring } from '#kernel/keyring.ts';
import { AppError, type Text } from '#protocol/errors.ts';
import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { portOf } from '../http/address.ts';
import { DISK_BYTES_FAIL, DISK_BYTES_WARN } from '../limits.ts';
import { databaseFile } from '../run/paths.ts';
import { passphraseFromFile } from '../cli/input.ts';
import type { DoctorFacts, Finding, Verdict } from './finding.ts';

/** The key's folder and files are this user's alone. */
export function checkKeys({ dataDir }: DoctorFacts): Finding {
  const folder = join(dataDir, 'keys');
  if (!existsSync(folder)) {
    return existsSync(databaseFile(dataDir))
      ? fail(
          'keys',
          { en: `${folder} is missing.`, fr: `${folder} manque.` },
          {
            en: 'Put it back from a backup; without it the data cannot be read. Do not run init.',
            fr: 'Remettez-le depuis une sauvegarde ; sans lui les données sont illisibles. Ne lancez pas init.',
          },
        )
      : fail(
          'keys',
          { en: 'There is no node here.', fr: "Il n'y a pas de nœud ici." },
          { en: 'ored init --username NAME', fr: 'ored init --username NOM' },
        );
  }
  const loose = [folder, ...readdirSync(folder).map((name) => join(folder, name))].filter(
    (path) => (statSync(path).mode & 0o077) !== 0,
  );
  if (loose.length > 0) {
    return fail(
      'keys',
      { en: `Others may read ${loose.join(', ')}.`, fr: `D'autres peuvent lire ${loose.join(', ')}.` },
      { en: `chmod -R go= ${folder}`, fr: `chmod -R go= ${folder}` },
    );
  }
  return isLockedByPassphrase(dataDir)
    ? ok('keys', { en: 'Locked by a passphrase.', fr: 'Verrouillées par une phrase de passe.' })
    : ok('keys', {
        en: 'In a file that only you can read (a passphrase would be stronger).',
        fr: 'Dans un fichier que vous seul pouvez lire (une phrase de passe serait plus forte).',
      });
}

/** Every page's MAC and the structure, read beside the running node. */
export async function checkDatabase({ dataDir, env }: DoctorFacts): Promise<Finding> {
  if (!existsSync(databaseFile(dataDir))) {
    return fail(
      'database',
      { en: 'There is no database.', fr: "Il n'y a pas de base de données." },
      {
        en: 'Restore a backup, or make a node with ored init.',
        fr: 'Restaurez une sauvegarde, ou créez un nœud avec ored init.',
      },
    );
  }
  try {
    const passphrase = passphraseFromFile(env);
    const keyring = openKeyring({ dataDir, ...(passphrase === undefined ? {} : { passphrase }) });
    const { openSqlite } = await import('#kernel/db/open-sqlite.ts');
    const db = openSqlite({ file: databaseFile(dataDir), key: keyring.derive('db'), readonly: true });
    try {
      const verdict = String(db.pragma('integrity_check(1)', { simple: true }));
      if (verdict !== 'ok') return damaged(verdict);
      return ok('database', { en: 'Whole and authentic.', fr: 'Entière et authentique.' });
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'keyring/passphrase-needed') {
      return {
        check: 'database',
        verdict: 'warn',
        found: {
          en: 'Not looked at: it is locked by a passphrase.',
          fr: 'Non examinée : une phrase de passe la verrouille.',
        },
        next: {
          en: 'Name a 0600 file with the passphrase in ORED_PASSPHRASE_FILE.',
          fr: 'Indiquez dans ORED_PASSPHRASE_FILE un fichier 0600 avec la phrase de passe.',
        },
      };
    }
    if (error instanceof AppError) return fail('database', error.safe, error.safe);
    return damaged(error instanceof Error ? error.message : String(error));
  }
}

/** Space for the database to go on. */
export function checkDisk({ dataDir }: DoctorFacts): Finding {
  if (!existsSync(dataDir)) return ok('disk', { en: 'No folder yet.', fr: 'Pas encore de dossier.' });
  const { bavail, bsize } = statfsSync(dataDir);
  const free = bavail * bsize;
  const size = `${Math.floor(free / 1024 ** 2)} MiB`;
  const verdict: Verdict = free < DISK_BYTES_FAIL ? 'fail' : free < DISK_BYTES_WARN ? 'warn' : 'ok';
  const found = { en: `${size} free.`, fr: `${size} libres.` };
  const next = {
    en: `Free some space on the disk that holds ${dataDir}.`,
    fr: `Libérez de la place sur le disque qui contient ${dataDir}.`,
  };
  return verdict === 'ok' ? ok('disk', found) : { check: 'disk', verdict, found, next };
}

/** The port is ours when the node runs, and free when it does not. */
export async function checkPort({ config, status }: DoctorFacts): Promise<Finding> {
  if (status !== undefined) return ok('port', { en: 'In use by this node.', fr: 'Utilisé par ce nœud.' });
  const port = portOf(config);
  if (await isFree(config.edge.host, port)) {
    return ok('port', { en: `${port} is free.`, fr: `${port} est libre.` });
  }
  return fail(
    'port',
    { en: `${port} is used by another program.`, fr: `${port} est pris par un autre programme.` },
    { en: 'ored config set edge.port N', fr: 'ored config set edge.port N' },
  );
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port }, () => probe.close(() => resolve(true)));
  });
}

function damaged(detail: string): Finding {
  return fail(
    'database',
    { en: `The database is damaged: ${detail}.`, fr: `La base est abîmée : ${detail}.` },
    {
      en: 'Stop the node, keep a copy of the folder, and restore the last backup.',
      fr: 'Arrêtez le nœud, gardez une copie du dossier, et restaurez la dernière sauvegarde.',
    },
  );
}

function ok(check: string, found: Text): Finding {
  return { check, verdict: 'ok', found };
}

function fail(check: string, found: Text, next: Text): Finding {
  return { check, verdict: 'fail', found, next };
}
