import { useEffect, useRef } from 'react';
import { useHost } from './host.js';

/** Source of a cell with the notebook's syntax colors. */
export function Code({ source, language }: { readonly source: string; readonly language: string }): JSX.Element {
  const { highlight } = useHost();
  const node = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = node.current;
    if (element === null) {
      return;
    }
    element.textContent = source;
    if (highlight === null) {
      return;
    }
    // Rendered off the page and inserted whole, so that it is never shown half colored.
    const drawn = document.createElement('code');
    let current = true;
    highlight(source, language, drawn).then(
      () => {
        if (current && drawn.textContent === source) {
          element.replaceChildren(...drawn.childNodes);
        }
      },
      (reason: unknown) => console.debug('A cell could not be coloured.', reason)
    );
    return () => {
      current = false;
    };
  }, [source, language, highlight]);
  return (
    <pre className="jp-SlipwayCode">
      <code ref={node} />
    </pre>
  );
}
