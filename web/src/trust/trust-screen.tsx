// The page about this connection: how the node was reached, who could read along, what therefore cannot work here, and
// the steps that unlock it. Works without a session and without network: what the browser knows is shown at once.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { session } from '../api/session.ts';
import { useSignal } from '../api/signal.ts';
import { Card } from '../design/card.tsx';
import { Icon } from '../design/icon.tsx';
import { ProblemNote, ScreenHead } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { nodeContext, type NodeContext } from '../session/context.ts';
import { abilities, abilityState, type Ability, type AbilityState } from './abilities.ts';
import './trust.css';
import { useTrustText } from './words.ts';

export function Screen(): ReactNode {
  const t = useTrustText();
  const context = useQuery(nodeContext);
  const isOut = useSignal(session) === 'out';
  return (
    <div className="trust">
      <ScreenHead title={t('title')} />
      <Connection context={context.data} />
      {context.isError && <ProblemNote error={context.error} onRetry={() => void context.refetch()} />}
      {context.data?.insecure === true && <Insecure />}
      <h2>{t('abilities')}</h2>
      <ul className="list">
        {abilities.map((ability) => (
          <li key={ability}>
            <AbilityRow ability={ability} state={stateOf(ability, context.data)} context={context.data} />
          </li>
        ))}
      </ul>
      {!window.isSecureContext && <Unlock context={context.data} />}
      {isOut && (
        <p>
          <Link to="/">{t('signIn')}</Link>
        </p>
      )}
    </div>
  );
}

/** The node knows of passkeys what the browser does not: they need a name. */
function stateOf(ability: Ability, context: NodeContext | undefined): AbilityState | 'name' {
  const state = abilityState(ability);
  const needsName = ability === 'passkeys' && context?.passkeys.why === 'ip-address';
  return state === 'ready' && needsName ? 'name' : state;
}

function Connection({ context }: { readonly context: NodeContext | undefined }): ReactNode {
  const t = useTrustText();
  const how = context?.connection ?? (window.isSecureContext ? 'tls' : 'plain');
  return (
    <Card className={`connection ${how}`}>
      <Icon name={how === 'plain' ? 'alert' : how === 'tls' ? 'lock' : 'node'} size={28} />
      <div>
        <h2>{t(`connection.${how}`)}</h2>
        <p>{t(`connection.${how}.about`)}</p>
        <p className="note" translate="no">
          {location.origin}
        </p>
      </div>
    </Card>
  );
}

function Insecure(): ReactNode {
  const t = useTrustText();
  return (
    <section className="unlock">
      <h2>{t('insecure.title')}</h2>
      <p>{t('insecure.about')}</p>
      <p>{t('insecure.off')}</p>
      <pre className="command">ored config set edge.insecure false</pre>
    </section>
  );
}

function AbilityRow({
  ability,
  state,
  context,
}: {
  readonly ability: Ability;
  readonly state: AbilityState | 'name';
  readonly context: NodeContext | undefined;
}): ReactNode {
  const t = useTrustText();
  return (
    <div className="ability">
      <span className="mark" data-state={state === 'ready' ? 'arrived' : 'queued'}>
        <Icon name={state === 'ready' ? 'check' : 'close'} size={20} />
      </span>
      <div>
        <p className="ability-name">
          {t(`${ability}.name`)} <span className="note">{t(state === 'ready' ? 'works' : 'not')}</span>
        </p>
        <p className="note">{state === 'ready' ? t(`${ability}.ready`) : t(`${ability}.not`)}</p>
        {state === 'browser' && <p className="note">{t('browser')}</p>}
        {state === 'name' && <p className="note">{context?.passkeys.say}</p>}
      </div>
    </div>
  );
}

/** Three ways to a connection that browsers trust, from the simplest to the one that lasts. */
function Unlock({ context }: { readonly context: NodeContext | undefined }): ReactNode {
  const t = useTrustText();
  const secure = context?.url.startsWith('https://') === true ? context.url : undefined;
  return (
    <section className="unlock">
      <h2>{t('unlock.title')}</h2>
      <ol>
        {secure !== undefined && (
          <li>
            <h3>{t('unlock.url.title')}</h3>
            <p>{t('unlock.url.about')}</p>
            <p>
              <a href={secure}>{secure}</a>
            </p>
          </li>
        )}
        <li>
          <h3>{t('unlock.machine.title')}</h3>
          <p>{t('unlock.machine.about')}</p>
          <pre className="command">http://localhost:{location.port || '80'}</pre>
        </li>
        <li>
          <h3>{t('unlock.tunnel.title')}</h3>
          <p>{t('unlock.tunnel.about')}</p>
          <pre className="command">
            ssh -L {location.port || '80'}:localhost:{location.port || '80'} {location.hostname}
          </pre>
        </li>
        <li>
          <h3>{t('unlock.name.title')}</h3>
          <p>{t('unlock.name.about')}</p>
          <pre className="command">ored config set node.url https://…</pre>
        </li>
        {context?.sign_in === false && (
          <li>
            <h3>{t('unlock.insecure.title')}</h3>
            <p>{t('unlock.insecure.about')}</p>
            <pre className="command">ored config set edge.insecure true</pre>
          </li>
        )}
      </ol>
    </section>
  );
}
