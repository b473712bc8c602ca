// Small choices that stay on this device (localStorage). A browser that refuses storage throws at every touch of it:
// there nothing is kept, and everything goes on with what it does by itself.

/** What is kept under a name; null where nothing is, or may be. */
export function readDeviceNote(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a value where the browser lets it; null removes it. */
export function keepDeviceNote(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Refused: the choice holds until the page is closed.
  }
}
