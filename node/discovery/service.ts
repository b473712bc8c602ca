// Finding people: contacts first, then the registry, WebFinger or an address; every answer verified before use.
// Nothing here pins anybody by itself, and nothing fails for good because a registry is down.
import type { Tx } from '#kernel/db/database.ts';
import type { Host } from '#kernel/feature.ts';
import { isLocalUrl } from '#kernel/network.ts';
import { AppError, parseRecord, readWebfinger, utf8, type Json, type NodeId } from '#protocol';
import type { Payload } from '#protocol/messages';
import { z } from 'zod';
import { Contacts, type Shown } from './contacts.ts';
import {
  parseQuery,
  unknownPerson,
  type Contact,
  type Known,
  type LearnVerdict,
  type NameVerifier,
} from './model.ts';
import { RegistryClient, type Listed, type Listing, type RegistryClientHost } from './registry-client.ts';

/** A record and a log. */
const NODE_ANSWER_BYTES_MAX = 600 * 1024;
const nodeAnswer = z.object({ record: z.string().max(16 * 1024), log: z.string().max(512 * 1024) });

export interface OwnNode {
  readonly self: RegistryClientHost['self'];
  /** What introduces this node to a reader at this address: private addresses stay in their own range. */
  introduction(readerUrl: string): Promise<Shown>;
  /** Whether a reader at this address must not learn where this node is. */
  hiddenFrom(readerUrl: string): boolean;
  listing(): Listing;
  /** Whether the owner has left: the registry is told once, and then nothing more. */
  closed(): boolean;
}

export class Service {
  readonly contacts: Contacts;
  readonly registry: RegistryClient | undefined;
  readonly #host: Host;
  readonly #own: OwnNode;
  readonly #onRegistered = new Set<() => void>();
  #registered = false;
  #lastError: string | undefined;

  constructor(host: Host, own: OwnNode) {
    const { url } = host.config.registry;
    this.#host = host;
    this.#own = own;
    this.contacts = new Contacts({
      db: host.db,
      events: host.events,
      clock: host.clock,
      self: () => own.self().nodeId,
    });
    const { network, clock, random } = host;
    this.registry =
      url === undefined ? undefined : new RegistryClient(url, { network, clock, random, self: own.self });
  }

  /** The one that is meant. @throws discovery/query, discovery/unknown, discovery/ambiguous, network/* */
  async resolve(text: string): Promise<Contact> {
    const query = parseQuery(text);
    switch (query.kind) {
      case 'node':
        return (await this.find(query.nodeId)) ?? (await this.#fetchFromRegistry(query.nodeId, null, text));
      case 'url':
        return this.#fetchFromNode(query.url, null);
      case 'handle':
        return this.#fetchByHandle(query.username, query.host);
      default:
        return (
          (await this.contacts.findPinned(query.username, this.#mailbox())) ??
          (await this.#fetchByUsername(query.username))
        );
    }
  }

  find(nodeId: NodeId): Promise<Contact | undefined> {
    return this.contacts.find(nodeId, this.#mailbox());
  }

  /** Keeps a contact for good; it must have been resolved or learnt. */
  pin(tx: Tx, contact: Pick<Contact, 'node_id'>): Promise<void> {
    return this.contacts.pin(tx, contact.node_id);
  }

  learn(shown: Shown): Promise<{ nodeId: NodeId; verdict: LearnVerdict }> {
    return this.contacts.learn(shown);
  }

  /** Listed nodes for a search. @throws discovery/no-registry, network/* */
  async search(query: {
    readonly q?: string;
    readonly username?: string;
    readonly cursor?: string;
    readonly limit?: number;
  }): Promise<{
    items: Listed[];
    next_cursor: string | null;
  }> {
    const { limit, ...rest } = query;
    return this.#needRegistry().discover({
      ...rest,
      ...(limit === undefined ? {} : { limit: String(limit) }),
    });
  }

  /** Looks for a newer record of a node, at the registry and at its own address; whether it is known afterwards. */
  async refresh(nodeId: NodeId): Promise<boolean> {
    const known = await this.contacts.load(nodeId);
    const attempts: (() => Promise<Shown>)[] = [];
    const { registry } = this;
    if (registry !== undefined) attempts.push(() => registry.show(nodeId));
    for (const url of known?.serverUrls.slice(0, 1) ?? []) attempts.push(() => this.#askNode(url));
    for (const attempt of attempts) {
      try {
        const shown = await attempt();
        if (parseRecord(shown.record).record.node_id === nodeId) await this.contacts.learn(shown);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        this.#host.log.debug({ node: nodeId, code: error.code }, 'a look-up gave nothing');
      }
    }
    return (await this.contacts.load(nodeId)) !== undefined;
  }

  async learnUpdate(from: NodeId, payload: Payload<'identity_update'>): Promise<void> {
    try {
      await this.contacts.learnSuffix(from, payload.record, payload.log_suffix);
    } catch (error) {
      // What does not hold teaches nothing; the envelope's own signature is judged next, by what is known.
      if (!(error instanceof AppError)) throw error;
      this.#host.log.info({ node: from, code: error.code }, 'an identity update does not hold');
    }
  }

  known(nodeId: NodeId): Promise<Known | undefined> {
    return this.contacts.load(nodeId);
  }

  registered(): boolean {
    return this.#registered;
  }

  /** Only the registry's mailbox leads here from outside: this node's address means nothing where the registry is. */
  mailboxOnly(): boolean {
    return this.registry !== undefined && this.#own.hiddenFrom(this.registry.url);
  }

  status(): { url: string | null; registered: boolean; mailbox_only: boolean; error?: string } {
    const error = this.#lastError;
    return {
      url: this.registry?.url ?? null,
      registered: this.#registered,
      mailbox_only: this.mailboxOnly(),
      ...(error === undefined ? {} : { error }),
    };
  }

  /** Registers this node, and remembers how that went. @throws network/*, or what the registry answered */
  async register(): Promise<void> {
    try {
      const registry = this.#needRegistry();
      const own = await this.#own.introduction(registry.url);
      const record = this.#own.closed() ? new Uint8Array() : own.record;
      await registry.register({ log: own.log, record, listing: this.#own.listing() });
      // A closed node has no place there any more, and no mailbox.
      this.#registered = !this.#own.closed();
      if (this.#registered) for (const run of this.#onRegistered) run();
      this.#lastError = undefined;
    } catch (error) {
      this.#registered = false;
      if (error instanceof AppError) this.#lastError = error.code;
      throw error;
    }
  }

  /** Calls `run` after each registration. */
  onRegistered(run: () => void): void {
    this.#onRegistered.add(run);
  }

  closed(): boolean {
    return this.#own.closed();
  }

  /** The registry has forgotten this node. */
  unregistered(): void {
    this.#registered = false;
  }

  #mailbox(): string | null {
    return this.registry?.url ?? null;
  }

  async #fetchByUsername(username: string): Promise<Contact> {
    const { items } = await this.#needRegistry().discover({ username, limit: '2' });
    const found = items.find((item) => item.username === username);
    if (found === undefined) throw unknownPerson(username);
    return this.#fetchFromRegistry(found.node_id as NodeId, username, username);
  }

  async #fetchFromRegistry(nodeId: NodeId, username: string | null, query: string): Promise<Contact> {
    if (this.registry === undefined) throw unknownPerson(query);
    let shown: Shown;
    try {
      shown = await this.registry.show(nodeId);
    } catch (error) {
      if (error instanceof AppError && error.category === 'not-found') throw unknownPerson(query);
      throw error;
    }
    return this.#take(shown, { nodeId, username, verifiedBy: 'registry' });
  }

  async #fetchByHandle(username: string, host: string): Promise<Contact> {
    const resource = `acct:${username}@${host}`;
    let failure: unknown;
    // Plain http only where no certificate can be had: names and addresses of one's own network.
    for (const scheme of isLocalUrl(`http://${host}`) ? ['http', 'https'] : ['https']) {
      try {
        const url = `${scheme}://${host}/.well-known/webfinger?resource=${encodeURIComponent(resource)}`;
        const { status, body } = await this.#host.network.request({ method: 'GET', url });
        if (status !== 200) throw unknownPerson(`${username}@${host}`);
        const hint = await believable(() => readWebfinger(parseJson(body), resource));
        const shown = await this.#askNode(hint.serverUrl);
        return await this.#take(shown, { nodeId: hint.nodeId, username, verifiedBy: 'webfinger' });
      } catch (error) {
        // Whoever has answered is not asked again in another way.
        if (!(error instanceof AppError) || error.code !== 'network/unreachable') throw error;
        failure = error;
      }
    }
    throw failure;
  }

  async #fetchFromNode(url: string, username: string | null): Promise<Contact> {
    return this.#take(await this.#askNode(url), { nodeId: null, username, verifiedBy: null });
  }

  async #askNode(url: string): Promise<Shown> {
    const answer = await this.#host.network.request({
      method: 'GET',
      url: `${url}/orf/v1/node`,
      bytesMax: NODE_ANSWER_BYTES_MAX,
    });
    const parsed = answer.status === 200 ? nodeAnswer.safeParse(parseJson(answer.body)) : undefined;
    if (parsed?.success !== true) {
      throw new AppError({
        category: 'unavailable',
        code: 'discovery/no-node',
        safe: {
          en: `No O-Red node answers at ${url}. Nothing was changed. Check the address with the person it belongs to.`,
          fr: `Aucun nœud O-Red ne répond à ${url}. Rien n'a été modifié. Vérifiez l'adresse auprès de la personne concernée.`,
        },
      });
    }
    return { record: utf8(parsed.data.record), log: parsed.data.log };
  }

  /** Takes an answer over if it is about who was asked for; a pinned contact's older truth stays. */
  async #take(
    shown: Shown,
    expected: {
      readonly nodeId: NodeId | null;
      readonly username: string | null;
      readonly verifiedBy: NameVerifier | null;
    },
  ): Promise<Contact> {
    const { record } = await believable(() => parseRecord(shown.record));
    const wrong =
      (expected.nodeId !== null && record.node_id !== expected.nodeId) ||
      (expected.username !== null && record.username !== expected.username);
    if (wrong) {
      throw new AppError({
        category: 'unavailable',
        code: 'discovery/mismatch',
        safe: {
          en: 'The answer is about another node than the one asked for. Nothing was taken over.',
          fr: "La réponse concerne un autre nœud que celui demandé. Rien n'a été retenu.",
        },
      });
    }
    const { nodeId } = await believable(() => this.contacts.learn(shown, expected.verifiedBy));
    const contact = await this.find(nodeId);
    if (contact === undefined) throw unknownPerson(nodeId);
    return contact;
  }

  #needRegistry(): RegistryClient {
    if (this.registry !== undefined) return this.registry;
    throw new AppError({
      category: 'not-found',
      code: 'discovery/no-registry',
      safe: {
        en: 'This node uses no directory, so only full addresses work. Choose one with "ored config set registry.url URL".',
        fr: "Ce nœud n'utilise aucun annuaire : seules les adresses complètes fonctionnent. Choisissez-en un avec « ored config set registry.url URL ».",
      },
    });
  }
}

/** What somebody else's answer fails by is no mistake of the owner: one failure, whose cause tells the details. */
async function believable<Result>(judge: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await judge();
  } catch (error) {
    if (!(error instanceof AppError) || !['invalid', 'unauthorized'].includes(error.category)) throw error;
    throw new AppError({
      category: 'unavailable',
      code: 'discovery/nonsense',
      safe: {
        en: `The answer does not prove who this node is (${error.code}). Nothing was taken over or lost. Its owner may need to update or repair it; try again later.`,
        fr: `La réponse ne prouve pas qui est ce nœud (${error.code}). Rien n'a été retenu ni perdu. Son propriétaire doit peut-être le mettre à jour ou le réparer ; réessayez plus tard.`,
      },
      cause: error,
    });
  }
}

function parseJson(bytes: Uint8Array): Json {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
  } catch {
    return null; // the schema that follows refuses it with a sentence
  }
}
