import { Clipboard } from '@jupyterlab/apputils';
import type { Service } from '@slipway/contract';
import { copyIcon } from '@jupyterlab/ui-components';
import { IconButton } from '../../components/index.js';
import { useTranslation } from '../../display/index.js';
import { curlCommand, readInputs } from './inputs.js';
import type { ServicePageModel } from './model.js';

interface ConsumeSnippetProps {
  readonly model: ServicePageModel;
  readonly service: Service;
}

/** How to call the service from a terminal, with the values of the form. */
export function ConsumeSnippet({ model, service }: ConsumeSnippetProps): JSX.Element {
  const trans = useTranslation();
  if (service.url === '') {
    return <p className="jp-SlipwayQuiet">{trans.__('The service is not running.')}</p>;
  }
  const command = curlCommand(service.url, readInputs(service.signature, model.texts));
  return (
    <div className="jp-SlipwaySnippet">
      <pre className="jp-SlipwayCode">{command}</pre>
      <IconButton
        icon={copyIcon}
        label={trans.__('Copy the command')}
        onClick={() => Clipboard.copyToSystem(command)}
      />
    </div>
  );
}
