// Oneself, as others see it: name, words about oneself and picture, changed in place; and one's own code and address.
// A new picture is cut and made small in this browser, then drawn anew by the node. Friends and followers are told.
import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type ChangeEvent, type FormEvent, type ReactNode } from 'react';
import { BIO_CHARS_MAX, DISPLAY_NAME_CHARS_MAX } from '#protocol/limits.ts';
import { call } from '../api/call.ts';
import { makeStale, queryClient, read } from '../api/queries.ts';
import { upload } from '../api/upload.ts';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { TextArea, TextField } from '../design/field.tsx';
import { SquarePicture } from '../design/pictures/square-picture.tsx';
import { ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { OwnCode } from './own-code.tsx';
import './people.css';
import { changeProfile, readProfile, uploadMedia } from './routes.ts';
import { usePeopleText } from './words.ts';
import type { OutputOf } from '../api/route.ts';

type Profile = OutputOf<typeof readProfile>;
const profileQuery = read(readProfile, {});

export function Screen(): ReactNode {
  const t = usePeopleText();
  const own = useQuery(profileQuery);
  return (
    <>
      <ScreenHead title={t('profile')} />
      {own.isPending && <Skeletons count={3} />}
      {own.isError && own.data === undefined && (
        <ProblemNote error={own.error} onRetry={() => void own.refetch()} />
      )}
      {own.data !== undefined && (
        <>
          <Portrait profile={own.data} />
          <Words profile={own.data} />
        </>
      )}
      <section className="part">
        <h2>{t('own')}</h2>
        <OwnCode words />
      </section>
      <p className="foot-links">
        <Link to="/invites">{t('toInvites')}</Link>
      </p>
    </>
  );
}

async function save(change: Partial<Pick<Profile, 'display_name' | 'bio' | 'avatar'>>): Promise<void> {
  queryClient.setQueryData(profileQuery.queryKey, await call(changeProfile, { body: change }));
  await makeStale('people');
}

function Portrait({ profile }: { readonly profile: Profile }): ReactNode {
  const t = usePeopleText();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<Blob>();
  const [busy, setBusy] = useState(false);
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    setFile(event.target.files?.[0]);
    // The same file may be chosen again.
    event.target.value = '';
  };
  const change = async (picture: Blob | null): Promise<void> => {
    setFile(undefined);
    setBusy(true);
    try {
      const avatar =
        picture === null
          ? null
          : (await upload(uploadMedia, picture, { query: { name: 'portrait.jpg' } })).id;
      await save({ avatar });
      showToast({ text: t('profile.saved') });
    } catch (error) {
      showToast({ text: describeProblem(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="person-head">
      <Avatar
        nodeId={profile.node_id}
        picture={profile.avatar === null ? null : `/api/v1/media/${profile.avatar}/thumbnail`}
        size={96}
      />
      <div>
        <p>
          <bdi className="person-username">{profile.username}</bdi>
        </p>
        <div className="row">
          <Button icon="picture" busy={busy} onClick={() => input.current?.click()}>
            {t(profile.avatar === null ? 'picture.choose' : 'picture.change')}
          </Button>
          {profile.avatar !== null && (
            <Button look="quiet" busy={busy} onClick={() => void change(null)}>
              {t('picture.remove')}
            </Button>
          )}
        </div>
        <input
          ref={input}
          type="file"
          accept="image/*"
          hidden
          aria-label={t('picture.choose')}
          onChange={choose}
        />
      </div>
      {file !== undefined && (
        <SquarePicture
          file={file}
          onDone={(picture) => void change(picture)}
          onClose={() => setFile(undefined)}
          words={{
            title: t('picture.title'),
            zoom: t('picture.zoom'),
            across: t('picture.across'),
            down: t('picture.down'),
            use: t('picture.use'),
            unreadable: t('picture.unreadable'),
            cancel: t('cancel'),
          }}
        />
      )}
    </div>
  );
}

function Words({ profile }: { readonly profile: Profile }): ReactNode {
  const t = usePeopleText();
  const [name, setName] = useState(profile.display_name);
  const [bio, setBio] = useState(profile.bio);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const send = async (): Promise<void> => {
    setBusy(true);
    try {
      await save({ display_name: name, bio });
      showToast({ text: t('profile.saved') });
    } catch (error) {
      setProblem(describeProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setProblem(undefined);
    if (!busy) void send();
  };
  return (
    <form className="profile-form" onSubmit={submit}>
      <TextField
        label={t('profile.name')}
        advice={t('profile.name.about')}
        dir="auto"
        autoComplete="name"
        maxLength={DISPLAY_NAME_CHARS_MAX}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextArea
        label={t('profile.bio')}
        advice={t('profile.bio.about')}
        problem={problem}
        maxLength={BIO_CHARS_MAX}
        value={bio}
        onChange={(event) => setBio(event.target.value)}
      />
      <div className="row">
        <Button look="primary" type="submit" busy={busy}>
          {t('profile.save')}
        </Button>
      </div>
    </form>
  );
}
