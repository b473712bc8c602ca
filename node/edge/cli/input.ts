// What a command reads besides its arguments: text from standard input, a passphrase from a file or the terminal.
// Secrets never come from arguments (ps shows those). Without a terminal nothing is asked.
import { AppError, invalid } from '#protocol/errors.ts';
import { readFileSync, statSync } from 'node:fs';
import { openSync, closeSync, readSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { STDIN_BYTES_MAX } from '../limits.ts';

/** Standard input to its end, as text without its last line break. @throws cli/too-long, cli/not-text */
export async function readStdin(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    length += chunk.length;
    if (length > STDIN_BYTES_MAX) {
      throw invalid('cli/too-long', {
        en: `The text is over ${STDIN_BYTES_MAX} bytes. Nothing was sent.`,
        fr: `Le texte dépasse ${STDIN_BYTES_MAX} octets. Rien n'a été envoyé.`,
      });
    }
    chunks.push(chunk);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    return text.replace(/\r?\n$/, '');
  } catch (error) {
    const safe = {
      en: 'The text is not UTF-8. Nothing was sent.',
      fr: "Le texte n'est pas en UTF-8. Rien n'a été envoyé.",
    };
    throw invalid('cli/not-text', safe, error);
  }
}

/** The passphrase in the file that ORED_PASSPHRASE_FILE names. @throws keyring/permissions, keyring/passphrase-needed */
export function passphraseFromFile(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const file = env.ORED_PASSPHRASE_FILE;
  if (file === undefined || file === '') return undefined;
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new AppError({
      category: 'unauthorized',
      code: 'keyring/passphrase-needed',
      safe: {
        en: `The file ${file} that ORED_PASSPHRASE_FILE names is not there. Nothing was changed.`,
        fr: `Le fichier ${file} indiqué par ORED_PASSPHRASE_FILE n'existe pas. Rien n'a été modifié.`,
      },
    });
  }
  if (found.isFile() && (found.mode & 0o077) !== 0) {
    throw new AppError({
      category: 'unavailable',
      code: 'keyring/permissions',
      safe: {
        en: `The passphrase file ${file} can be read by others. Run "chmod 600 ${file}", then try again.`,
        fr: `Le fichier de la phrase de passe ${file} est lisible par d'autres. Faites « chmod 600 ${file} », puis réessayez.`,
      },
    });
  }
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
}

/** Asks at the terminal without showing what is typed; undefined where there is no terminal. */
export function askSecret(question: string): string | undefined {
  let terminal: number;
  try {
    terminal = openSync('/dev/tty', 'r+');
  } catch {
    // No terminal: nobody to ask.
    return undefined;
  }
  const keys = new ReadStream(terminal);
  try {
    writeSync(terminal, question);
    keys.setRawMode(true);
    return readLine(terminal);
  } finally {
    keys.setRawMode(false);
    writeSync(terminal, '\n');
    keys.destroy();
    closeQuietly(terminal);
  }
}

const keyCodes = { interrupt: 3, endOfText: 4, backspace: 8, newline: 10, enter: 13, delete: 127 } as const;
const ANSWER_BYTES_MAX = 1_024;

function readLine(terminal: number): string {
  const typed: number[] = [];
  const key = Buffer.alloc(1);
  while (typed.length < ANSWER_BYTES_MAX && readSync(terminal, key) === 1) {
    const code = key[0] ?? 0;
    if (code === keyCodes.interrupt) process.exit(130);
    if (code === keyCodes.enter || code === keyCodes.newline || code === keyCodes.endOfText) break;
    if (code === keyCodes.backspace || code === keyCodes.delete) dropLastCharacter(typed);
    else typed.push(code);
  }
  return Buffer.from(typed).toString('utf8');
}

/** UTF-8 continuation bytes go with their first byte. */
function dropLastCharacter(typed: number[]): void {
  while (((typed.pop() ?? 0) & 0xc0) === 0x80);
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch (error) {
    // The stream above may have closed it already.
    if (!(error instanceof Error && 'code' in error && error.code === 'EBADF')) throw error;
  }
}
