/** Types of what is recorded and how it is kept in files. Import as `Records`. */
export * from './file.js';
export * from './frames.js';
export * from './record.js';
