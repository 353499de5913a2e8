import { vi } from 'vitest';

/* Imported before what loads JupyterLab's widgets, which want these; jsdom has none. */
vi.stubGlobal('DragEvent', class extends Event {});
vi.stubGlobal('matchMedia', () => ({
  matches: false,
  addListener: () => undefined,
  addEventListener: () => undefined
}));
