// Whether pictures wait for a tap before they come: chosen on this device, else as the browser says (`saveData`).
// Read by whatever shows media; set by the settings.
import { keepDeviceNote, readDeviceNote } from '../../api/device-note.ts';
import { signal } from '../../api/signal.ts';

export type DataSaver = 'auto' | 'on' | 'off';
const STORED = 'ored.data-saver';

function stored(): DataSaver {
  const kept = readDeviceNote(STORED);
  return kept === 'on' || kept === 'off' ? kept : 'auto';
}

export const dataSaver = signal<DataSaver>(stored());

/** Chooses, and keeps the choice on this device. */
export function chooseDataSaver(choice: DataSaver): void {
  keepDeviceNote(STORED, choice);
  dataSaver.set(choice);
}

/** Whether media waits for a tap now. */
export function savesData(choice: DataSaver): boolean {
  if (choice !== 'auto') return choice === 'on';
  const { connection } = navigator as { readonly connection?: { readonly saveData?: boolean } };
  return connection?.saveData === true;
}
