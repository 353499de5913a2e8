export { BoundedText } from './outputs/bounded-text.js';
export { CollectedOutputs, type OutputMessage } from './outputs/collected-outputs.js';
export { DEFAULT_OUTPUT_LIMITS, type OutputLimits } from './outputs/limits.js';
export { OutputLedger } from './outputs/output-ledger.js';
export { maskDeep, maskText, NO_KNOWN_SECRETS, SHORTEST_SECRET, type KnownSecrets } from './secrets.js';
