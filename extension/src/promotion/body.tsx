import { EnvironmentName, PREFLIGHT_CHECKS, type PreflightCheck, type PreflightReport } from '@slipway/contract';
import { useLayoutEffect, useRef } from 'react';
import { ErrorNote, StatusMark, useChanges, useNow } from '../components/index.js';
import { countOfRequests, formatDuration, formatSince, useTranslation, verdictLook } from '../display/index.js';
import { checkTitle } from './checks.js';
import type { PromotionModel } from './model.js';

/** Body of the Promote dialog: target, what serves now, the checks, what will happen, and the reason. */
export function PromotionBody({ model }: { readonly model: PromotionModel }): JSX.Element {
  const trans = useTranslation();
  useChanges(model.changed);
  const { preflight } = model;
  return (
    <div className="jp-SlipwayPromotion">
      <dl className="jp-SlipwayPromotion-what">
        <dt>{trans.__('Model')}</dt>
        <dd>{trans.__('%1 v%2', model.choice.name, model.choice.version)}</dd>
        <dt>
          <label htmlFor="jp-SlipwayPromotion-target">{trans.__('To')}</label>
        </dt>
        <dd>
          <select
            id="jp-SlipwayPromotion-target"
            className="jp-SlipwaySelect"
            value={model.environment}
            onChange={event => {
              const chosen = EnvironmentName.safeParse(event.target.value);
              if (chosen.success) {
                model.environment = chosen.data;
              }
            }}
          >
            {EnvironmentName.options.map(environment => (
              <option key={environment} value={environment}>
                {environment}
              </option>
            ))}
          </select>
        </dd>
        <dt>{trans.__('Now serving')}</dt>
        <dd>{preflight.kind === 'done' ? <NowServing report={preflight.report} /> : '…'}</dd>
      </dl>
      <section aria-label={trans.__('Preflight checks')} aria-busy={preflight.kind === 'running'}>
        {preflight.kind === 'running' ? <RunningChecks since={preflight.since} /> : null}
        {preflight.kind === 'failed' ? (
          <ErrorNote error={preflight.error} onRetry={() => void model.runPreflight()} />
        ) : null}
        {preflight.kind === 'done' ? <Report report={preflight.report} model={model} /> : null}
      </section>
      <label className="jp-SlipwayPromotion-reason">
        <span>{trans.__('Reason')}</span>
        <textarea
          rows={2}
          maxLength={4000}
          placeholder={trans.__('Why now? It is kept with the promotion.')}
          value={model.reason}
          onChange={event => (model.reason = event.target.value)}
        />
      </label>
      <PromoteLock locked={model.order === null} />
    </div>
  );
}

/**
 * Keeps the dialog's Promote button disabled while `locked`. JupyterLab's dialog disables its accepting buttons while its
 * body holds a `.jp-mod-error`, and looks again at each `input` event.
 */
function PromoteLock({ locked }: { readonly locked: boolean }): JSX.Element {
  const node = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    node.current?.dispatchEvent(new Event('input', { bubbles: true }));
  }, [locked]);
  return <span ref={node} className={locked ? 'jp-mod-error' : ''} hidden />;
}

function NowServing({ report }: { readonly report: PreflightReport }): JSX.Element {
  const trans = useTranslation();
  const now = useNow(60_000);
  const serving = report.now_serving;
  if (serving === null) {
    return <>{trans.__('nothing: this starts the service %1', report.service)}</>;
  }
  return (
    <>
      {trans.__(
        'v%1 (since %2, %3)',
        serving.version,
        formatSince(serving.since, now, trans),
        countOfRequests(serving.requests, trans)
      )}
    </>
  );
}

function RunningChecks({ since }: { readonly since: number }): JSX.Element {
  const trans = useTranslation();
  const now = useNow(250);
  return (
    <>
      <p className="jp-SlipwayPromotion-progress" role="status">
        <progress aria-label={trans.__('Preflight is running')} />
        <span>{trans.__('Checking the bundle in a real service…')}</span>
        <span>{formatDuration(Math.floor(Math.max(0, now - since) / 1000) * 1000)}</span>
      </p>
      <ul className="jp-SlipwayChecks jp-mod-pending">
        {PREFLIGHT_CHECKS.map(id => (
          <li key={id} className="jp-SlipwayCheck">
            <StatusMark look={{ word: trans.__('checking'), tone: 'quiet', shape: 'queue' }} />
            <div className="jp-SlipwayCheck-title">{checkTitle(id, trans)}</div>
          </li>
        ))}
      </ul>
    </>
  );
}

function Report({ report, model }: { readonly report: PreflightReport; readonly model: PromotionModel }): JSX.Element {
  const trans = useTranslation();
  const failed = report.checks.filter(({ verdict }) => verdict === 'fail').length;
  return (
    <>
      {failed > 0 ? (
        <p className="jp-SlipwayPromotion-refused" role="alert">
          {trans._n('Promotion is blocked by %1 failed check.', 'Promotion is blocked by %1 failed checks.', failed)}{' '}
          <button type="button" className="jp-SlipwayLink" onClick={() => void model.runPreflight()}>
            {trans.__('Check again')}
          </button>
        </p>
      ) : null}
      <ul className="jp-SlipwayChecks">
        {report.checks.map(check => (
          <Check key={check.id} check={check} />
        ))}
      </ul>
      {failed > 0 ? null : (
        <div className="jp-SlipwayPromotion-changes">
          <h3>{trans.__('What will happen')}</h3>
          <ul>
            {report.changes.map(change => (
              <li key={change}>{change}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Check({ check }: { readonly check: PreflightCheck }): JSX.Element {
  const trans = useTranslation();
  return (
    <li className="jp-SlipwayCheck" data-check={check.id} data-verdict={check.verdict}>
      <StatusMark look={verdictLook(check.verdict, trans)} />
      <div>
        <div className="jp-SlipwayCheck-title" title={trans.__('Protects from: %1', check.protects_from)}>
          {check.title}
        </div>
        <div className="jp-SlipwayCheck-evidence">{check.evidence}</div>
        {check.remedy === null || check.verdict === 'pass' ? null : (
          <div className="jp-SlipwayCheck-remedy">{check.remedy}</div>
        )}
      </div>
    </li>
  );
}
