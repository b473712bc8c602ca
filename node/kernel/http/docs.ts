// Swagger UI at a path of this server, from files in the installation: no third party is asked, no script is inline,
// so it works under the same strict policy as everything else, and on a machine without internet.
import type { Express } from 'express';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const swaggerFiles = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'favicon-16x16.png',
  'favicon-32x32.png',
] as const;

/** Serves the document at `documentPath` and its reader at `docsPath`. */
export function mountApiDocs(
  app: Express,
  options: { readonly documentPath: string; readonly docsPath: string; readonly document: () => unknown },
): void {
  const { documentPath, docsPath } = options;
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  let documentText: string | undefined;
  app.get(documentPath, (_request, response) => {
    documentText ??= JSON.stringify(options.document());
    response.type('application/json').send(documentText);
  });
  app.get(docsPath, (_request, response) => {
    response.type('html').send(page(docsPath));
  });
  app.get(`${docsPath}/start.js`, (_request, response) => {
    response.type('js').send(startScript(documentPath));
  });
  for (const file of swaggerFiles) {
    app.get(`${docsPath}/${file}`, (_request, response) => response.sendFile(file, { root: folder }));
  }
}

function page(docsPath: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>O-Red API</title>
    <link rel="stylesheet" href="${docsPath}/swagger-ui.css">
    <link rel="icon" type="image/png" href="${docsPath}/favicon-32x32.png">
  </head>
  <body>
    <main id="swagger-ui"></main>
    <script src="${docsPath}/swagger-ui-bundle.js"></script>
    <script src="${docsPath}/start.js"></script>
  </body>
</html>
`;
}

function startScript(documentPath: string): string {
  const settings = { url: documentPath, dom_id: '#swagger-ui', validatorUrl: null, deepLinking: true };
  return `SwaggerUIBundle({ ...${JSON.stringify(settings)}, presets: [SwaggerUIBundle.presets.apis] });\n`;
}
