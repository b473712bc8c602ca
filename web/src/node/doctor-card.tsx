// What usually goes wrong with a node, looked at when asked: each with what was found, and what to do about it, in the
// node's own sentences. Looking changes nothing.
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { read } from '../api/queries.ts';
import { Button } from '../design/button.tsx';
import { Card } from '../design/card.tsx';
import { Icon, type IconName } from '../design/icon.tsx';
import { ProblemNote, Skeletons } from '../design/text.tsx';
import { readDoctor, type Finding } from './routes.ts';
import { useNodeText } from './words.ts';

const icons: Readonly<Record<Finding['verdict'], IconName>> = { ok: 'check', warn: 'clock', fail: 'alert' };
const states: Readonly<Record<Finding['verdict'], string>> = {
  ok: 'arrived',
  warn: 'queued',
  fail: 'refused',
};

export function DoctorCard(): ReactNode {
  const t = useNodeText();
  const [asked, setAsked] = useState(false);
  const doctor = useQuery({ ...read(readDoctor, {}), enabled: asked, staleTime: 0 });
  return (
    <Card aria-labelledby="node-doctor">
      <h2 id="node-doctor">{t('doctor')}</h2>
      <p>{t('doctor.about')}</p>
      <div aria-live="polite">
        {doctor.isFetching && doctor.data === undefined && <Skeletons count={1} />}
        {doctor.isError && <ProblemNote error={doctor.error} />}
        {doctor.data !== undefined && (
          <ul className="findings">
            {doctor.data.checks.map(({ check, verdict, found, next }) => (
              <li key={check}>
                <span className="mark" data-state={states[verdict]}>
                  <Icon name={icons[verdict]} size={16} />
                  {t(`doctor.${verdict}`)}
                </span>{' '}
                {found}
                {next !== null && <small>{next}</small>}
              </li>
            ))}
          </ul>
        )}
      </div>
      <Button
        icon="refresh"
        busy={doctor.isFetching}
        onClick={() => (asked ? void doctor.refetch() : setAsked(true))}
      >
        {t(asked ? 'doctor.again' : 'doctor.ask')}
      </Button>
    </Card>
  );
}
