// Leads nowhere.
export { answer } from './missing.ts';
