// What tests of the web app share.
export { openBrowser, signInOn, visit, words, type Visit, type VisitOptions } from './browser.ts';
export { checkScreen, focused, switchLanguage } from './screen-check.ts';
