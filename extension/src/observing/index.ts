export { CellOrderReport } from './cell-order.js';
export { NotebookObserver } from './notebook-observer.js';
export { Outbox } from './outbox.js';
