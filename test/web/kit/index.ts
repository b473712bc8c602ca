// What tests of the web app share.
export { openBrowser, signInOn, visit, type Language, type Visit, type VisitOptions } from './browser.ts';
export { checkScreen, focused } from './screen-check.ts';
