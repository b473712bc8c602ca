// Nobody owns this library.
export { default as ee } from 'ee-first';
