// SQL of the first run: what the owner has done or left for later.
// What follows from facts (a credential, a confirmed kit) is not stored here.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { Step, StepState } from './model.ts';

interface WelcomeTables {
  identity_welcome: { step: Step; state: StepState; at: number };
}

export async function listNotes(reader: Reader): Promise<Map<string, StepState>> {
  const rows = await tables<WelcomeTables>(reader).selectFrom('identity_welcome').selectAll().execute();
  return new Map(rows.map(({ step, state }) => [step, state]));
}

export async function putNote(tx: Tx, note: { step: Step; state: StepState; at: number }): Promise<void> {
  const { state, at } = note;
  await tables<WelcomeTables>(tx)
    .insertInto('identity_welcome')
    .values(note)
    .onConflict((conflict) => conflict.column('step').doUpdateSet({ state, at }))
    .execute();
}
