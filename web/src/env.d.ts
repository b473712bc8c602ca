// What the build adds to the language: `import.meta.glob`, style sheets as imports, and the names that it defines.
// web/build.ts gives each of these names its value.
/// <reference types="vite/client" />

/** The version of the app: the hash of what was built. */
declare const APP_VERSION: string;
