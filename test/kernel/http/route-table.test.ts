// The table of routes: what it finds, in whatever order routes are listed, and what it refuses.
import { bind, defineRoute, type BoundRoute, type Method } from '#kernel/http/contract.ts';
import { createRouteTable } from '#kernel/http/route-table.ts';
import { AppError } from '#protocol/errors.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

function route(method: Method, path: string): BoundRoute {
  const contract = defineRoute({
    id: `${method} ${path}`,
    method,
    path,
    summary: 'A route',
    audience: 'public',
    access: { kind: 'thing', action: 'read' },
  });
  return bind(contract, () => Promise.resolve());
}

function finder(...routes: BoundRoute[]): (method: string, path: string) => unknown {
  const table = createRouteTable(routes);
  return (method, path) => {
    const found = table.find(method, path);
    return found === undefined ? undefined : [found.route.contract.id, found.params];
  };
}

describe('the table of routes', () => {
  it('finds a route by method and path, with its parameters decoded', () => {
    const find = finder(route('GET', '/'), route('GET', '/posts/:id/media/:index'), route('POST', '/posts'));
    assert.deepEqual(find('GET', '/'), ['GET /', {}]);
    assert.deepEqual(find('POST', '/posts'), ['POST /posts', {}]);
    assert.deepEqual(find('GET', '/posts/orf%3A%2F%2Fa%2Fb/media/2'), [
      'GET /posts/:id/media/:index',
      { id: 'orf://a/b', index: '2' },
    ]);
  });

  it('prefers a written segment to a parameter, and goes back where the written one leads nowhere', () => {
    const routes = [
      route('GET', '/a/:x'),
      route('GET', '/a/b'),
      route('GET', '/a/:x/d'),
      route('POST', '/a/b/c'),
    ];
    for (const find of [finder(...routes), finder(...routes.toReversed())]) {
      assert.deepEqual(find('GET', '/a/b'), ['GET /a/b', {}]);
      assert.deepEqual(find('GET', '/a/c'), ['GET /a/:x', { x: 'c' }]);
      assert.deepEqual(find('GET', '/a/b/d'), ['GET /a/:x/d', { x: 'b' }]);
    }
  });

  it('answers HEAD as GET, and finds nothing for another method', () => {
    const find = finder(route('GET', '/a'));
    assert.deepEqual(find('HEAD', '/a'), ['GET /a', {}]);
    assert.equal(find('POST', '/a'), undefined);
    assert.equal(find('', '/a'), undefined);
  });

  it('knows one spelling of a path: no other case, no slash more or less, no empty parameter', () => {
    const find = finder(route('GET', '/a/:x'));
    for (const path of ['/A/1', '/a/1/', '//a/1', '/a//1', '/a/', '/a', 'a/1', '', '*', '/a/1/2']) {
      assert.equal(find('GET', path), undefined, path);
    }
  });

  it('refuses bad percent-encoding in a parameter', () => {
    const find = finder(route('GET', '/a/:x'));
    assert.throws(
      () => find('GET', '/a/%E0%A4%A'),
      (error) => error instanceof AppError && error.code === 'http/malformed',
    );
  });

  it('is not made with two routes of one path, or with patterns', () => {
    assert.throws(() => finder(route('GET', '/a/:x'), route('GET', '/a/:y')), /two routes/);
    for (const path of ['/a/*all', '/a{/:x}', 'a'])
      assert.throws(() => finder(route('GET', path)), /written and named/, path);
  });
});
