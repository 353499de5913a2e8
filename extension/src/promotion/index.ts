export { askForPromotion } from './dialog.js';
export { newestVersionOf } from './from-notebook.js';
export { PromotionModel } from './model.js';
export type { PromotionChoice, PromotionOrder } from './model.js';
export { promote } from './notify.js';
