// Uses a library that its package.json lists as a development tool.
export { default as express } from 'express';
