// The ground of the app.
export const call = (): never => {
  throw new Error('nobody answers');
};
