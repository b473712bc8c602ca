// Writing a post. What is typed and attached is kept as a draft; sending puts it into the outbox, which never loses it,
// so this screen needs no network.
import type { ReactNode } from 'react';
import { ScreenHead } from '../design/text.tsx';
import { navigate } from '../router/location.ts';
import { showToast } from '../shell/toasts.tsx';
import { Composer } from './composer.tsx';
import { send, useDrafting } from './drafting.ts';
import { usePostsText } from './words.ts';

export function Screen(): ReactNode {
  const t = usePostsText();
  const drafting = useDrafting('posts/new');
  const onSend = async (): Promise<void> => {
    const { waits } = await send(drafting, undefined);
    if (waits) showToast({ text: t('write.kept') });
    navigate('/');
  };
  return (
    <>
      <ScreenHead title={t('write.title')} />
      <Composer drafting={drafting} kind="post" onSend={onSend} autoFocus />
    </>
  );
}
