export { firstLineOf, messageOf } from './errors.js';
export { formatBytes, formatCompactCount, formatCount, formatNumber, formatPercent, formatValue } from './numbers.js';
export { counted } from './plurals.js';
