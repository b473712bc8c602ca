// Metrics: numbers for whoever runs the node. Areas and the edge register what they count through the door.
// It knows none of them, keeps nothing on disk but the hash of a token, and never has a name or id as a label.
import { defineFeature } from '#kernel/feature.ts';
import { access, publicRules } from '#node/access/index.ts';
import { vault } from '#node/vault/index.ts';
import { metricsRoute, metricsRoutes } from './http.ts';
import { createMetrics } from './service.ts';

export const metrics = defineFeature({
  name: 'metrics',
  needs: { vault, access },
  migrations: [],
  start(host, doors) {
    const { db, events, random, serverUrl, version, log } = host;
    const door = createMetrics({ db, events, random, secrets: doors.vault.secrets, serverUrl });
    // Anybody may knock; the service asks for the token.
    doors.access.register('metrics', publicRules(['scrape']));
    door.gauge('ored_info', 'The version that runs', () => ({ label: 'version', values: { [version]: 1 } }));
    door.gauge('ored_database_bytes', 'Bytes of the database with its log', () => db.bytes());
    door.gauge('ored_blob_bytes', 'Bytes of encrypted files kept, by kind', () => ({
      label: 'kind',
      values: doors.vault.usage(),
    }));
    door.gauge(
      'ored_events_newest',
      'Number of the newest event',
      async () => (await events.bounds()).newest,
    );
    return { door, routes: metricsRoutes(door), rawRoutes: [metricsRoute(door, log)] };
  },
});
