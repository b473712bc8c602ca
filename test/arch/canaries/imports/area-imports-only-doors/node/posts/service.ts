// Climbs in through the window.
export { answer } from '../people/service.ts';
