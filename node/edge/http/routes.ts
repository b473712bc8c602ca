// Binds the edge's own routes. What they show comes from the areas' status; only the owner reads all of it,
// a stranger sees health and a page that keeps the claim link to itself.
import type { AccessRequest, Decision } from '#kernel/actor.ts';
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import { sentenceIn } from '#kernel/sentence.ts';
import type { Finding } from '../doctor/finding.ts';
import type { Guard } from '../guard.ts';
import {
  getClaimScript,
  getDoctor,
  getLive,
  getPage,
  getPageStyle,
  getReady,
  getStatus,
  nodeKind,
  publicKind,
  type Readiness,
  type Status,
} from './api.ts';
import { claimScript } from './claim-form.ts';
import { pageStyle, renderPage } from './page.ts';
import type { WebApp } from './web-app.ts';

const PAGE_CACHE = 'no-cache';

/** The edge's routes over what the running node can tell. */
export function edgeRoutes(node: {
  readonly status: () => Promise<Status>;
  readonly readiness: () => Promise<Readiness>;
  readonly webApp: WebApp | undefined;
  readonly examine: () => Promise<readonly Finding[]>;
}): BoundRoute[] {
  return [
    bind(getLive, () => Promise.resolve({ status: 'live' as const })),
    bind(getReady, async (_input, { response }) => {
      const readiness = await node.readiness();
      response.writeHead(readiness.status === 'ready' ? 200 : 503, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(JSON.stringify(readiness));
    }),
    bind(getPage, async (_input, { request, response, language }) => {
      if (node.webApp !== undefined) {
        node.webApp.sendShell(request, response);
        return;
      }
      const status = await node.status();
      const html = renderPage(
        {
          username: textOf(status.username),
          nodeId: textOf(status.node_id),
          claimed: typeof status.claim_url !== 'string',
        },
        language,
      );
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-language': language,
        'cache-control': PAGE_CACHE,
        vary: 'accept-language',
      });
      response.end(html);
    }),
    bind(getPageStyle, (_input, { response }) => {
      response.writeHead(200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': PAGE_CACHE });
      response.end(pageStyle);
      return Promise.resolve();
    }),
    bind(getClaimScript, (_input, { response }) => {
      response.writeHead(200, {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': PAGE_CACHE,
      });
      response.end(claimScript);
      return Promise.resolve();
    }),
    bind(getStatus, () => node.status()),
    bind(getDoctor, async (_input, { language }) => {
      const findings = await node.examine();
      return {
        healthy: findings.every(({ verdict }) => verdict !== 'fail'),
        checks: findings.map(({ check, verdict, found, next }) => ({
          check,
          verdict,
          found: sentenceIn(found, language),
          next: next === undefined ? null : sentenceIn(next, language),
        })),
      };
    }),
  ];
}

/** Registers the kinds that these routes name. */
export function registerEdgeKinds(guard: Guard): void {
  guard.register(publicKind, {
    decide: ({ action }: AccessRequest): Decision => ({ allow: action === 'read', why: 'edge/public' }),
  });
  guard.register(nodeKind, {
    decide: ({ actor }: AccessRequest): Decision => ({
      allow: actor.kind === 'account' && actor.role === 'owner',
      why: 'edge/owner',
    }),
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
