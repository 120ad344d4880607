/** The interface that every link transport implements, an in-memory one, and the compliance suite that judges them. Opens no socket. */
export * from './connection.js';
export * from './errors.js';
