// The messages of posts.
// Loaded with the area's screens.
import type messages from './messages/en.json';
import { textOf } from '../text/messages.ts';

export const usePostsText = textOf<typeof messages>('posts');
