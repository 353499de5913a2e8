import { nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { createContext, useContext } from 'react';

const TranslationContext = createContext<TranslationBundle>(nullTranslator.load('slipway'));

/** Gives the translated strings to everything below it. */
export const TranslationProvider = TranslationContext.Provider;

/** The translated strings of Slipway. */
export function useTranslation(): TranslationBundle {
  return useContext(TranslationContext);
}
