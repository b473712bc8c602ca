// What the host of a thread says that others answered is no more than its word: what does not hold is passed over.
import { createJudging } from '#node/posts/exchange/judging.ts';
import type { PostsHost } from '#node/posts/ports.ts';
import { parseUri } from '#protocol';
import assert from 'node:assert/strict';
import { it } from 'node:test';

it('a thread loses nothing by answers that nobody can read', async () => {
  const { uri, nodeId } = parseUri(
    'orf://QmRHoJ6G7jXbSChYAVEBgJtwqigw9nwqmkhowfbDYeDkJT/post/01a1fc4a-15e2-7707-8707-070707070707',
  );
  const unreadable = [
    'no JSON',
    'null',
    '{}',
    '{"uri":"https://evil.test/"}',
    `{"uri":"orf://${nodeId}/profile/1"}`,
    `{"uri":"orf://${nodeId}/reaction/first"}`,
  ];
  // A post among the reactions is none of them.
  const reactions = [...unreadable, JSON.stringify({ uri })];
  // Nothing is looked up and nothing is written: this host has neither database nor keys.
  const judging = createJudging({} as PostsHost);
  await assert.doesNotReject(judging.keepThread(uri, { replies: unreadable, reactions }));
});
