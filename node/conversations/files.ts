// Files of messages: the owner reads them here, the one other node that a message was written to may fetch them.
// To everybody else a file of a message does not exist.
import type { RequestContext } from '#kernel/http/contract.ts';
import { AppError, isUri, parseUri, type NodeId, type Uri } from '#protocol';
import { failures, messageUri } from './model.ts';
import type { SentFile } from './ports.ts';
import type { Conversations } from './service.ts';

export interface FilesHost {
  readonly self: () => NodeId;
  readonly conversations: Pick<Conversations, 'find'>;
  readonly media: {
    fetch(from: NodeId, uri: Uri, file: { readonly cid: string }): Promise<void>;
    send(file: SentFile, context: RequestContext): Promise<void>;
  };
}

export interface MessageFiles {
  /** Writes one file as the answer; fetches it from its author's node first if it is not here. @throws conversations/not-found */
  send(file: { author: NodeId; id: string; position: number }, context: RequestContext): Promise<void>;
  /** Whether the message of this address was written by the owner to this node. */
  isFor(nodeId: string, uri: string): Promise<boolean>;
}

export function createFiles(host: FilesHost): MessageFiles {
  return {
    async send({ author, id, position }, context) {
      const message = await host.conversations.find(author, id);
      const file = message.attachments[position];
      if (file === undefined) throw failures.noMessage();
      if (!message.mine) await host.media.fetch(author, messageUri(author, message.id), file);
      await host.media.send(file, context);
    },
    async isFor(nodeId, uri) {
      if (!isUri(uri) || parseUri(uri).nodeId !== host.self()) return false;
      try {
        const { peer } = await host.conversations.find(host.self(), parseUri(uri).id);
        return peer === nodeId;
      } catch (error) {
        if (error instanceof AppError && error.code === 'conversations/not-found') return false;
        throw error;
      }
    },
  };
}
