// The list.
export const people = () => import('#node/people/index.ts');
