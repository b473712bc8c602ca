// What travels, in the few words that matter to people, from the types of messages and the kinds of changes.
// A type that is not known here is "a message between nodes": true of every one.

export type Kind = 'post' | 'answer' | 'deletion' | 'reaction' | 'message' | 'people' | 'other';

const byMessage: Readonly<Record<string, Kind>> = {
  post_share: 'post',
  post_reply: 'answer',
  post_delete: 'deletion',
  post_reaction: 'reaction',
  direct_message: 'message',
};

export function kindOfMessage(type: string): Kind {
  if (type.startsWith('friend') || type.startsWith('follow')) return 'people';
  return byMessage[type] ?? 'other';
}

const byChange: Readonly<Record<string, Kind>> = {
  'posts.create': 'post',
  'posts.react': 'reaction',
};

export function kindOfChange(kind: string): Kind {
  if (kind.startsWith('conversations.')) return 'message';
  if (kind.startsWith('people.')) return 'people';
  return byChange[kind] ?? 'other';
}
