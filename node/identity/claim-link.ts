// The one-time claim link: in a 0600 file under data/run until the node has its owner, so that the installer and
// `ored status` can show it. It names this machine where it means this machine: passkeys belong to names. The token stands in the fragment, which browsers do not send and servers do not log.
import type { Host } from '#kernel/feature.ts';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sessions } from './sessions/service.ts';

export interface ClaimLink {
  /** The link, or null once the node is claimed. */
  url(): string | null;
  /** Writes or removes the file, as things stand. */
  update(): Promise<void>;
}

export function createClaimLink(host: Host, sessions: Sessions): ClaimLink {
  const folder = join(host.dataDir, 'run');
  const file = join(folder, 'claim.json');
  const url = (): string | null => {
    const token = sessions.claimToken();
    return token === undefined ? null : `${byName(host.serverUrl)}/#claim=${token}`;
  };
  return {
    url,
    async update() {
      const link = url();
      if (link === null) return rm(file, { force: true });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // A fresh file each time: the mode of an existing one would be kept.
      await rm(`${file}.new`, { force: true });
      await writeFile(`${file}.new`, `${JSON.stringify({ claim_url: link })}\n`, { mode: 0o600, flag: 'wx' });
      return rename(`${file}.new`, file);
    },
  };
}

/** The same place by a name: browsers bind a passkey to one, never to an address. */
function byName(serverUrl: string): string {
  return serverUrl.replace(/^http:\/\/127\.0\.0\.1(?=[:/]|$)/, 'http://localhost');
}
