/** The interface that every link transport implements, an in-memory one, and the compliance suite that judges them. Opens no socket. */
export * from './connection.js';
export * from './errors.js';
export { DEFAULT_MEMORY_LIMITS, type MemoryLimits } from './memory/limits.js';
export { type MemoryEndOptions, MemoryLink, type MemoryLinkOptions } from './memory/link.js';
export { instantPath, type MemoryPath, type Passage, type PathPacket } from './memory/path.js';
export { Rounds } from './memory/rounds.js';
