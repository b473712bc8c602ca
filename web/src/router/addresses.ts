// Addresses that one area links to and another shows: a person, a post, a conversation. Areas do not know one another,
// so what they share of each other is these paths.
import { pathTo } from './match.ts';

/** Of a node id, a username or an address. */
export const personPath = (nodeId: string): string => pathTo('/people/:who', { who: nodeId });
/** From the address of a post, `orf://author/post/id`. */
export function postPath(uri: string): string {
  const [author = '', , id = ''] = uri.replace(/^orf:\/\//, '').split('/');
  return pathTo('/post/:author/:id', { author, id });
}
/** The address of the post that such a page shows. */
export const postUriOf = (author: string, id: string): string => `orf://${author}/post/${id}`;
export const conversationPath = (nodeId: string): string => pathTo('/messages/:who', { who: nodeId });
