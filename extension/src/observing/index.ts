export { NotebookObserver } from './notebook-observer.js';
export { Outbox } from './outbox.js';
