// A contract: a value with its schemas.
export const readPerson = { path: '/people' };
