// Asks once more who is there, before what cannot be undone: by passphrase (with a code where the second factor is on),
// or by a passkey where the connection allows it. The call that waits goes on when it is proven; closing it calls it off.
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { ProofRequest } from '../api/step-up.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { nodeContext } from './context.ts';
import { passkeysExist, stepUpWithPasskey } from './passkeys.ts';
import { ProofForm } from './proof-form.tsx';
import { stepUpRoute } from './routes.ts';
import { call } from '../api/call.ts';
import { describeProblem } from '../shell/problem-words.ts';
import { useSessionText } from './words.ts';

export function StepUpDialog({ request }: { readonly request: ProofRequest }): ReactNode {
  const t = useSessionText();
  const { data: context } = useQuery(nodeContext);
  const [problem, setProblem] = useState<string>();
  const byPasskey = async (): Promise<void> => {
    setProblem(undefined);
    try {
      if (await stepUpWithPasskey()) request.answer(true);
      else setProblem(t('passkey.none'));
    } catch (error) {
      setProblem(describeProblem(error));
    }
  };
  return (
    <Dialog title={t('stepUp.title')} onClose={() => request.answer(false)}>
      <div className="step-up">
        <p>{t('stepUp.about')}</p>
        <ProofForm
          label={t('stepUp.confirm')}
          prove={async (proof) => {
            await call(stepUpRoute, { body: proof });
            request.answer(true);
          }}
        />
        {passkeysExist() && context?.passkeys.available === true && (
          <div>
            <Button icon="key" onClick={() => void byPasskey()}>
              {t('passkey.use')}
            </Button>
            <p className="note problem" role="status">
              {problem}
            </p>
          </div>
        )}
      </div>
    </Dialog>
  );
}
