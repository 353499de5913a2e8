/**
 * What a browser is shown that follows a link of MLflow's client, such as `…/#/experiments/0/runs/…`: the part behind the `#`
 * never reaches the server. It loads nothing and runs nothing.
 */
export const START_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Slipway metadata server</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; }</style>
</head>
<body>
<h1>Slipway metadata server</h1>
<p>This address is for programs: MLflow's client, kernels and services. It has no pages of its own.</p>
<p>Runs, datasets, models and services are in JupyterLab: open it, and choose <b>Runs</b> or <b>Registry</b> in the sidebar.
A run is found there by its name.</p>
<p>The API is described in <code>/openapi.json</code>, for those who send a token.</p>
</body>
</html>
`;

/** Nothing may be loaded by the page or framed around it. */
export const START_PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff'
} as const;
