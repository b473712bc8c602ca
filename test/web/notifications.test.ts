// News in a real browser: the number in the navigation moves by itself, what is opened is read, what one is told of can
// be chosen, and a wake of the push service shows what the own node says, without anything in the push.
import { claimNode, eventually, makeNode } from '#kit';
import * as people from '#node/people/api.ts';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { checkScreen, openBrowser, signInOn, visit } from './kit/index.ts';

interface Counted {
  readonly unread: number;
}

describe('notifications', () => {
  let browser: Browser;
  before(async () => (browser = await openBrowser({ kind: 'whole' })));
  after(() => browser.close());

  it('come by themselves, are read by opening them, and can be turned off by kind', async () => {
    await using alice = await makeNode({ name: 'alice' });
    await using bob = await makeNode({ name: 'bob' });
    const owner = await claimNode(alice);
    const unread = async (): Promise<number> =>
      ((await (await owner.fetch('/api/v1/notifications/count')).json()) as Counted).unread;
    await using there = await visit(browser, alice);
    const { page } = there;
    await signInOn(there, owner);
    await there.open('/notifications');
    await page.getByText('Nothing new').waitFor();
    await bob.call(people.addFriend, { body: { who: alice.url } });
    const news = page
      .getByRole('list', { name: 'New' })
      .getByRole('link', { name: /bob asks to be your friend/ });
    await news.waitFor();
    await page.getByRole('navigation').last().getByRole('link', { name: 'News 1' }).waitFor();
    await checkScreen(there);
    assert.equal(await unread(), 1);
    await news.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'bob' }).waitFor();
    await eventually('it is read', async () => (await unread()) === 0);
    await page.getByRole('navigation').last().getByRole('link', { name: 'News', exact: true }).waitFor();

    await there.open('/notifications/settings');
    const requests = page.getByRole('group', { name: 'Somebody asks to be my friend' });
    await requests.getByRole('switch', { name: 'Show in the list' }).click();
    await requests.getByRole('switch', { name: 'Wake my devices' }).waitFor({ state: 'detached' });
    await checkScreen(there);
    const settings = (await (await owner.fetch('/api/v1/notifications/settings')).json()) as {
      friend_request: { app: boolean };
    };
    assert.equal(settings.friend_request.app, false);
  });

  it('wake the device, which asks the own node and shows it in the language of the app', async () => {
    await using alice = await makeNode({ name: 'alice' });
    await using bob = await makeNode({ name: 'bob' });
    const owner = await claimNode(alice);
    await using there = await visit(browser, alice, { language: 'fr' });
    const { page, context } = there;
    await context.grantPermissions(['notifications'], { origin: alice.url });
    // The browser's push service is far away: the test is one, and the node never calls it.
    await page.addInitScript(() => {
      const made = {
        unsubscribe: () => Promise.resolve(true),
        toJSON: () => ({
          endpoint: 'https://push.example/one',
          keys: {
            p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
            auth: 'BTBZMqHH6r4Tts7J_aSIgg',
          },
        }),
      };
      PushManager.prototype.subscribe = () => Promise.resolve(made as unknown as PushSubscription);
    });
    await signInOn(there, owner);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await there.open('/notifications/settings');
    await page.getByRole('switch', { name: 'Réveiller cet appareil' }).click();
    await page.getByText('Oui : cet appareil montre les nouvelles').waitFor();
    const push = (await (await owner.fetch('/api/v1/notifications/push')).json()) as {
      devices: { host: string }[];
    };
    assert.deepEqual(
      push.devices.map(({ host }) => host),
      ['push.example'],
    );
    await page.getByRole('switch', { name: 'Réveiller cet appareil' }).click();
    await page.getByText('Non : vous voyez les nouvelles').waitFor();

    const session = await context.newCDPSession(page);
    const registrations: { registrationId: string; scopeURL: string }[] = [];
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: found }) =>
      registrations.push(...found),
    );
    await session.send('ServiceWorker.enable');
    const shown = (): Promise<string[]> =>
      page.evaluate(async () => {
        const all = await (await navigator.serviceWorker.ready).getNotifications();
        return all.map(({ body }) => body);
      });
    const wake = async (): Promise<void> => {
      const found = await eventually('the worker is registered', () => Promise.resolve(registrations.at(-1)));
      const { registrationId } = found ?? { registrationId: '' };
      await session.send('ServiceWorker.deliverPushMessage', { origin: alice.url, registrationId, data: '' });
    };
    await wake();
    await eventually('a general word', async () =>
      (await shown()).includes('Il y a du nouveau sur votre nœud.'),
    );
    await bob.call(people.addFriend, { body: { who: alice.url } });
    await page
      .getByRole('link', { name: /Nouvelles 1/ })
      .last()
      .waitFor();
    await wake();
    await eventually('what it is', async () => (await shown()).includes('bob vous demande en ami'));
  });
});
