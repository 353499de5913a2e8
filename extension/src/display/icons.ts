import { LabIcon } from '@jupyterlab/ui-components';
import type { StatusShape } from './status.js';

/*
 * One-color icons on a 16 by 16 grid. `jp-icon3` gives them the theme's color in tabs and menus; where a status has a
 * tone, CSS sets the fill.
 */
function icon(name: string, shapes: string): LabIcon {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16"><g class="jp-icon3" fill="#616161">${shapes}</g></svg>`;
  return new LabIcon({ name: `slipway:${name}`, svgstr: svg });
}

/** A rising series of points. */
export const runsIcon = icon(
  'runs',
  '<path d="M1.5 1h1.3v12.2H15v1.3H1.5z"/><path d="M4.3 10.9 7 7.2l2.5 1.9 3.6-5.4 1.1.8-4.4 6.6-2.6-2-1.9 2.6z"/><circle cx="13.7" cy="3.6" r="1.5"/>'
);

/** A stack of discs. */
export const datasetsIcon = icon(
  'datasets',
  '<path d="M8 1c3.6 0 6 1 6 2.5S11.600 6 8 6 2 5 2 3.500 4.400 1 8 1z"/><path d="M2 5.600C3.300 6.700 5.500 7.200 8 7.200s4.700-.5 6-1.600v2.600c0 1.500-2.400 2.500-6 2.500s-6-1-6-2.500z"/><path d="M2 10.300c1.300 1.100 3.500 1.600 6 1.600s4.700-.5 6-1.600v2.200c0 1.500-2.400 2.500-6 2.500s-6-1-6-2.500z"/>'
);

/** A sealed box. */
export const registryIcon = icon(
  'registry',
  '<path d="M8 .8 14.500 4 8 7.200 1.500 4z"/><path d="M1.200 5.300 7.400 8.300v7L1.200 12z"/><path d="M14.800 5.300 8.600 8.300v7l6.200-3.300z"/>'
);

/** A hull on the inclined way into the water. */
export const promoteIcon = icon(
  'promote',
  '<path d="M7.200 1h1.200v1.500L12 7.200H8.400v1H14L12.300 12H4.200L2 8.200h5.200z"/><path d="M1 12.800c1.200 0 1.700.6 2.500.6s1.300-.6 2.300-.6 1.500.6 2.300.6 1.300-.6 2.300-.6 1.500.6 2.300.6 1.300-.6 2.300-.6v1.300c-1 0-1.500.6-2.300.6s-1.300-.6-2.300-.6-1.500.6-2.300.6-1.300-.6-2.300-.6-1.500.6-2.300.6-1.300-.6-2.500-.6z"/>'
);

/** A plug that answers. */
export const serviceIcon = icon(
  'service',
  '<path d="M2 2h12a1 1 0 0 1 1 1v3.500a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1zm1.500 1.800v1.900h1.900V3.800zm3.400.3v1.300h6V4.100z"/><path d="M2 8.500h12a1 1 0 0 1 1 1V13a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V9.500a1 1 0 0 1 1-1zm1.500 1.800v1.900h1.900v-1.900zm3.400.3v1.300h6v-1.300z"/>'
);

/** Cells, one after the other. */
export const sessionIcon = icon(
  'session',
  '<path d="M1 2h3v3H1zm4.500.2H15v2.600H5.500zM1 6.500h3v3H1zm4.500.2H15v2.600H5.500zM1 11h3v3H1zm4.500.2H15v2.600H5.500z"/>'
);

const statusIcons: Readonly<Record<StatusShape, LabIcon>> = {
  running: icon(
    'status-running',
    '<path d="M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 1.400v9.200a4.600 4.600 0 0 1 0-9.200z"/>'
  ),
  check: icon(
    'status-check',
    '<path d="M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm3.400 4.500-4.100 4.500-2.700-2.400.9-1.100 1.700 1.500 3.200-3.500z"/>'
  ),
  cross: icon(
    'status-cross',
    '<path d="M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm2.600 7.700-1 .9L8 9l-1.600 1.600-1-.9L7.100 8 5.400 6.300l1-.9L8 7l1.600-1.600 1 .9L8.900 8z"/>'
  ),
  stop: icon('status-stop', '<path d="M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm2.300 8.300H5.700V5.700h4.600z"/>'),
  queue: icon(
    'status-queue',
    '<path d="M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 1.400a4.600 4.600 0 1 1 0 9.200 4.600 4.600 0 0 1 0-9.200zM7.400 5v3.500l2.700 1.600.6-1-2.100-1.200V5z"/>'
  ),
  warning: icon(
    'status-warning',
    '<path d="M8 1.500 15 14H1zm-.7 4.700v3.900h1.400V6.200zm0 4.900v1.400h1.400v-1.400z"/>'
  ),
  dash: icon('status-dash', '<path d="M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm3 6.700H5V7.300h6z"/>')
};

/** The icon of a status shape. */
export function statusIcon(shape: StatusShape): LabIcon {
  return statusIcons[shape];
}
